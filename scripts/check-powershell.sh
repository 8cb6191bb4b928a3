#!/usr/bin/env bash
# Checks the syntax of every .ps1 in scripts/ with tree-sitter, because PowerShell itself is rarely at hand. Needs node and npm.
# The two npm packages go to a cache outside the repository. Before it trusts the parser, it plants an error and expects it to be found.
set -euo pipefail

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/af/powershell-syntax
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    echo "check-powershell: node and npm are needed (Debian: apt-get install npm)" >&2
    exit 2
fi

if [[ ! -f $cache/complete-1 ]]; then
    mkdir -p "$cache"
    npm install --prefix "$cache" --ignore-scripts --no-audit --no-fund --silent web-tree-sitter@0.27.1 tree-sitter-powershell@0.26.4
    # Last, so that an interrupted installation is not taken for a whole one.
    touch "$cache/complete-1"
fi
cat >"$cache/check.mjs" <<'MJS'
import { readFileSync } from 'node:fs';
import { Parser, Language } from 'web-tree-sitter';

await Parser.init();
const parser = new Parser();
parser.setLanguage(await Language.load(new URL('node_modules/tree-sitter-powershell/tree-sitter-powershell.wasm', import.meta.url).pathname));

function* errors(node) {
    if (node.isError || node.isMissing) yield node;
    else if (node.hasError) for (const child of node.children) yield* errors(child);
}

let found = 0;
for (const file of process.argv.slice(2)) {
    for (const node of errors(parser.parse(readFileSync(file, 'utf8')).rootNode)) {
        const { row, column } = node.startPosition;
        console.error(`${file}:${row + 1}:${column + 1}: ${node.isMissing ? `missing '${node.type}'` : 'syntax error'}`);
        found++;
    }
}
process.exit(found ? 1 : 0);
MJS
# Without --liftoff-only, compiling the grammar takes eight seconds.
check() { node --liftoff-only "$cache/check.mjs" "$@"; }

planted=$(mktemp "${TMPDIR:-/tmp}/planted.XXXXXX")
trap 'rm -f "$planted"' EXIT
sed '0,/^}/s/^}//' "$scripts/backup-database.ps1" >"$planted"
if check "$planted" 2>/dev/null; then
    echo "check-powershell: a planted error was not found: the parser does not work" >&2
    exit 1
fi

mapfile -t files < <(find "$scripts" -name '*.ps1' | sort)
check "${files[@]}"
echo "${#files[@]} PowerShell scripts have no syntax error"
