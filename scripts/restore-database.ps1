<#
.SYNOPSIS
Restores one PostgreSQL database from a backup that af made.
.DESCRIPTION
Asks before it replaces anything, unless -Yes is given or AF_YES=1 is set.
RestoreType is full; this version refuses schema and critical.
Without -DatabaseUrl, AF_DATABASE_URL or DATABASE_URL is used; prefer that, because other users can read command lines.
.EXAMPLE
powershell -ExecutionPolicy Bypass -File scripts/restore-database.ps1 -BackupId latest -BackupDir D:\backups -RestoreType full
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)]
    [string] $BackupId,
    [string] $DatabaseUrl = '',
    [string] $BackupDir = './backups',
    [ValidateSet('full', 'schema', 'critical')]
    [string] $RestoreType = 'full',
    [switch] $Yes
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

$arguments = @('backup', 'restore', $BackupId, $BackupDir, $RestoreType)
if ($Yes -or $env:AF_YES -eq '1') {
    $arguments += '--yes'
}

$previousUrl = $env:AF_DATABASE_URL
$previousYes = $env:AF_YES
$code = 1
try {
    # By the environment, so that the password is in no argument list of ours.
    if ($DatabaseUrl -ne '') {
        $env:AF_DATABASE_URL = $DatabaseUrl
    }
    # Ours alone: af itself does not know it.
    $env:AF_YES = $null
    & $af @arguments
    $code = $LASTEXITCODE
}
finally {
    $env:AF_DATABASE_URL = $previousUrl
    $env:AF_YES = $previousYes
}
exit $code
