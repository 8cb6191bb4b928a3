<#
.SYNOPSIS
Proves the whole cycle on the baseline data set of 1,000 records: backup, verify, damage, restore, compare with stock pg_dump.
.DESCRIPTION
Works in a scratch database on the cluster of -DatabaseUrl (else AF_DATABASE_URL, DATABASE_URL); the database of the URL itself is not touched.
Needs psql and pg_dump on PATH. Fails when the cycle takes over 5 minutes, or verifying over 30 seconds (the seed's targets).
.EXAMPLE
powershell -ExecutionPolicy Bypass -File scripts/test-backup-restore-roundtrip.ps1 -DatabaseUrl postgresql://postgres@localhost/postgres
#>
[CmdletBinding()]
param(
    [string] $DatabaseUrl = '',
    [string] $BackupDir = ''
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $false
$cycleLimit = [TimeSpan]::FromMinutes(5)
$verifyLimit = [TimeSpan]::FromSeconds(30)

if ($env:OS -eq 'Windows_NT') {
    $af = Join-Path $PSScriptRoot 'af.cmd'
}
else {
    $af = Join-Path $PSScriptRoot 'af'
}

function Invoke-Checked {
    param([string] $Name, [scriptblock] $Command)
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    $output = & $Command
    if ($LASTEXITCODE -ne 0) {
        throw "$Name failed (exit code $LASTEXITCODE)"
    }
    $watch.Stop()
    Write-Verbose ("{0}: {1:n3} s" -f $Name, $watch.Elapsed.TotalSeconds)
    return [pscustomobject]@{ Output = $output; Elapsed = $watch.Elapsed }
}

function Get-PlainDump {
    $dump = Invoke-Checked 'pg_dump' { pg_dump $env:AF_DATABASE_URL }
    # Newer pg_dump writes a random key into its output; everything else must be the same.
    return ($dump.Output | Where-Object { $_ -notmatch '^\\(un)?restrict ' }) -join "`n"
}

$adminUrl = $DatabaseUrl
if ($adminUrl -eq '') {
    $adminUrl = $env:AF_DATABASE_URL
}
if (-not $adminUrl) {
    $adminUrl = $env:DATABASE_URL
}
if (-not $adminUrl -or $adminUrl -notmatch '^(postgres(?:ql)?://[^/?]*)(?:/[^?]*)?(\?.*)?$') {
    Write-Error 'Give -DatabaseUrl postgresql://user@host:port/database, of a cluster where a scratch database may be made.'
    exit 2
}
$serverPart = $Matches[1]
$queryPart = ''
if ($Matches.ContainsKey(2)) {
    $queryPart = $Matches[2]
}

$scratch = "af_roundtrip_$PID"
$ownFolder = $BackupDir -eq ''
if ($ownFolder) {
    $BackupDir = Join-Path ([System.IO.Path]::GetTempPath()) $scratch
}
$previousUrl = $env:AF_DATABASE_URL
$code = 1
try {
    $env:AF_DATABASE_URL = "$serverPart/$scratch$queryPart"
    Write-Output 'Backup and restore round trip on the baseline data set'
    $null = Invoke-Checked 'create database' { psql -v ON_ERROR_STOP=1 -qc "create database $scratch template template0 encoding 'UTF8'" $adminUrl }
    $sample = Join-Path $PSScriptRoot 'sample/agentflow.sql'
    $null = Invoke-Checked 'load' { psql -q -v tenants=5 -v messages=600 -v audits=70 -f $sample $env:AF_DATABASE_URL }
    $before = Get-PlainDump

    $cycle = [System.Diagnostics.Stopwatch]::StartNew()
    $backup = Invoke-Checked 'backup' { & $af backup create $BackupDir --json }
    $id = (($backup.Output -join "`n") | ConvertFrom-Json).id
    $verify = Invoke-Checked 'verify' { & $af backup verify $id $BackupDir }
    $damage = "drop table users cascade; update messages set payload = '{}'; delete from audits where ts > (select min(ts) from audits)"
    $null = Invoke-Checked 'damage' { psql -v ON_ERROR_STOP=1 -qc $damage $env:AF_DATABASE_URL }
    if ((Get-PlainDump) -eq $before) {
        throw 'the damage is not visible in a dump: this test would prove nothing'
    }
    $restore = Invoke-Checked 'restore' { & $af backup restore $id $BackupDir full --yes }
    $cycle.Stop()

    Write-Output ('  backup     {0,8:n3} s' -f $backup.Elapsed.TotalSeconds)
    Write-Output ('  verify     {0,8:n3} s' -f $verify.Elapsed.TotalSeconds)
    Write-Output ('  restore    {0,8:n3} s' -f $restore.Elapsed.TotalSeconds)
    Write-Output ('  cycle      {0,8:n3} s' -f $cycle.Elapsed.TotalSeconds)
    if ((Get-PlainDump) -ne $before) {
        throw 'the restored database differs from the original'
    }
    $chain = Join-Path $PSScriptRoot 'sample/audit-chain.sql'
    $broken = Invoke-Checked 'audit chain' { psql -v only_broken=1 -f $chain $env:AF_DATABASE_URL }
    if ("$($broken.Output)".Trim() -ne '0') {
        throw 'the audit chain is broken after the restore'
    }
    if ($cycle.Elapsed -gt $cycleLimit) {
        throw "the cycle took longer than $cycleLimit"
    }
    if ($verify.Elapsed -gt $verifyLimit) {
        throw "verifying took longer than $verifyLimit"
    }
    Write-Output 'OK: 1000 records backed up, verified, damaged and restored; pg_dump of before and after do not differ'
    $code = 0
}
catch {
    [Console]::Error.WriteLine("FAILED: $($_.Exception.Message)")
}
finally {
    # The scratch database, and the copies that a restore keeps beside it.
    $names = psql -Atqc "select datname from pg_database where datname ~ '^$scratch(_|`$)'" $adminUrl
    foreach ($name in $names) {
        psql -qc "drop database $name with (force)" $adminUrl
    }
    if ($ownFolder -and (Test-Path $BackupDir)) {
        Remove-Item -Recurse -Force $BackupDir
    }
    $env:AF_DATABASE_URL = $previousUrl
}
exit $code
