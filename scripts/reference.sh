#!/bin/bash
# Writes docs/reference/config.md, cli.md and exit-codes.md anew from the program. A test fails when they differ.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mvn -q -B -Djacoco.skip -Dspotbugs.skip -Daf.reference.write=true -Dtest=ReferenceTest test
