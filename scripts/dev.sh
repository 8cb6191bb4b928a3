#!/bin/bash
# The inner loop: format, compile, unit, architecture and route tests. No server needed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mvn -q -B spotless:apply
mvn -q -B -Djacoco.skip test
echo "ok"
