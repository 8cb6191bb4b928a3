-- Checks AgentFlow's audit hash chains with one plain query: nothing is created or changed.
-- links_broken    records whose prev_hash is not the hash of the tenant's record before them (for its first record: is not null)
-- content_broken  records whose hash is not SHA-256(prev_hash || canonical JSON) of what is stored
--
--   psql -f audit-chain.sql URL                       one line of figures
--   psql -v only_broken=1 -f audit-chain.sql URL      the number of broken records alone, for scripts
\set ON_ERROR_STOP 1
with record as (
    select tenant_id, prev_hash, hash, lag(hash) over (partition by tenant_id order by ts, id) as hash_before,
        -- jsonb prints a blank after ':' and ','. The pattern takes strings whole, so that blanks inside them stay.
        regexp_replace(details::text, '("(?:[^"\\]|\\.)*")|([:,]) ', '\1\2', 'g') as details,
        rtrim(rtrim(to_char(ts at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z' as ts,
        to_json(tenant_id) as tenant, to_json(actor_type) as actor_type, to_json(actor_id) as actor_id, to_json(action) as action,
        to_json(resource_type) as resource_type, coalesce(to_json(resource_id)::text, 'null') as resource_id
    from public.audits
), checked as (
    select tenant_id, prev_hash is distinct from hash_before as link_broken,
        hash is distinct from sha256(coalesce(prev_hash, ''::bytea) || convert_to(replace(replace(replace(
            '{"tenant_id":' || tenant || ',"actor_type":' || actor_type || ',"actor_id":' || actor_id || ',"action":' || action
            || ',"resource_type":' || resource_type || ',"resource_id":' || resource_id || ',"details":' || details || ',"ts":"' || ts || '"}',
            '<', '\u003c'), '>', '\u003e'), '&', '\u0026'), 'UTF8')) as content_broken
    from record
)
select count(distinct tenant_id) as tenants, count(*) as records, count(*) filter (where link_broken) as links_broken,
    count(*) filter (where content_broken) as content_broken, count(*) filter (where link_broken or content_broken) as broken
from checked \gset
\if :{?only_broken}
    \echo :broken
\else
    \echo audit chain: :tenants tenants, :records records, :links_broken broken links, :content_broken records whose content does not match their hash
\endif
