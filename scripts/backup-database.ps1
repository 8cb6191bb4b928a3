<#
.SYNOPSIS
Backs up one PostgreSQL database with af.
.DESCRIPTION
Without -DatabaseUrl, AF_DATABASE_URL or DATABASE_URL is used; prefer that, because other users can read command lines.
.EXAMPLE
powershell -ExecutionPolicy Bypass -File scripts/backup-database.ps1 -BackupDir D:\backups -Jobs 2
#>
[CmdletBinding()]
param(
    [string] $DatabaseUrl = '',
    [string] $BackupDir = './backups',
    [int] $Jobs = 4,
    [string] $CompressionLevel = '6'
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
# The exit code of af is passed on; it is not turned into an exception.
$PSNativeCommandUseErrorActionPreference = $false

if ($env:OS -eq 'Windows_NT') {
    $af = Join-Path $PSScriptRoot 'af.cmd'
}
else {
    $af = Join-Path $PSScriptRoot 'af'
}

$previousUrl = $env:AF_DATABASE_URL
$code = 1
try {
    # By the environment, so that the password is in no argument list of ours.
    if ($DatabaseUrl -ne '') {
        $env:AF_DATABASE_URL = $DatabaseUrl
    }
    & $af backup create $BackupDir --jobs $Jobs --compression-level $CompressionLevel
    $code = $LASTEXITCODE
}
finally {
    $env:AF_DATABASE_URL = $previousUrl
}
exit $code
