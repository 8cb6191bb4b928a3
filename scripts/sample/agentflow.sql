-- Makes an AgentFlow-shaped database in the empty database that psql is connected to. The same variables give the same rows, on every machine.
--
--   psql -v ON_ERROR_STOP=1 -q -f agentflow.sql URL                                       100 tenants, 60,000 messages: about 80 MB
--   psql … -v megabytes=600 -f agentflow.sql URL                                          as many messages as make about 600 MB
--   psql … -v tenants=5 -v messages=600 -v audits=70 -f agentflow.sql URL                 the baseline data set: 1,000 rows in all
--
-- Variables: tenants, messages (or megabytes), audits (default: one for 15 messages).

\set ON_ERROR_STOP 1
\if :{?tenants} \else
  \set tenants 100
\endif
\if :{?megabytes}
  select greatest(1, (:megabytes - 12) * 960) as messages \gset
\endif
\if :{?messages} \else
  \set messages 60000
\endif
\if :{?audits} \else
  select greatest(:tenants, :messages / 15) as audits \gset
\endif

set client_min_messages = warning;
set synchronous_commit = off;
set maintenance_work_mem = '256MB';
set timezone = 'UTC';

begin;

create extension if not exists "uuid-ossp";

create table tenants (
    id uuid primary key default uuid_generate_v4(),
    name varchar(255) not null unique,
    tier varchar(50) not null default 'free',
    settings jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create table users (
    id uuid primary key default uuid_generate_v4(),
    tenant_id uuid not null,
    email varchar(255) not null,
    role varchar(50) not null default 'viewer',
    hashed_secret varchar(255) not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (tenant_id, email)
);
create table agents (
    id uuid primary key default uuid_generate_v4(),
    tenant_id uuid not null,
    name varchar(255) not null,
    type varchar(100) not null,
    role varchar(100),
    config_json jsonb not null default '{}',
    policies_json jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (tenant_id, name)
);
create table workflows (
    id uuid primary key default uuid_generate_v4(),
    tenant_id uuid not null,
    name varchar(255) not null,
    version integer not null default 1,
    config_yaml text not null,
    planner_type varchar(50) not null,
    template_version_constraint varchar(100),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (tenant_id, name, version)
);
create table plans (
    id uuid primary key default uuid_generate_v4(),
    workflow_id uuid not null,
    state varchar(50) not null default 'pending',
    steps jsonb not null default '[]',
    assignments jsonb not null default '{}',
    cost jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create table messages (
    id uuid primary key default uuid_generate_v4(),
    tenant_id uuid not null,
    trace_id varchar(32),
    span_id varchar(16),
    from_agent varchar(255) not null,
    to_agent varchar(255) not null,
    -- Not "type in (...)": PostgreSQL prints that in another form once it has been through a dump, so before and after would differ in text.
    type varchar(50) not null check (type::text = any (array['request', 'response', 'event', 'control'])),
    payload jsonb not null default '{}',
    metadata jsonb not null default '{}',
    cost jsonb not null default '{}',
    ts timestamptz not null default now(),
    envelope_hash varchar(64) not null
);
create table tools (
    id uuid primary key default uuid_generate_v4(),
    tenant_id uuid not null,
    name varchar(255) not null,
    schema jsonb not null default '{}',
    permissions jsonb not null default '{}',
    cost_model jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (tenant_id, name)
);
create table audits (
    id uuid primary key default uuid_generate_v4(),
    tenant_id uuid not null,
    actor_type varchar(50) not null,
    actor_id varchar(255) not null,
    action varchar(255) not null,
    resource_type varchar(100) not null,
    resource_id varchar(255),
    details jsonb not null default '{}',
    ts timestamptz not null default now(),
    prev_hash bytea,
    hash bytea not null
);
create table budgets (
    id uuid primary key default uuid_generate_v4(),
    tenant_id uuid not null,
    name varchar(255) not null,
    type varchar(50) not null,
    resource_id uuid,
    limits jsonb not null default '{}',
    current_usage jsonb not null default '{}',
    period varchar(50) not null default 'monthly',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (tenant_id, name)
);
create table rbac_roles (
    id uuid primary key default uuid_generate_v4(),
    tenant_id uuid not null,
    name varchar(255) not null,
    permissions jsonb not null default '[]',
    created_at timestamptz not null default now(),
    unique (tenant_id, name)
);
create table rbac_bindings (
    id uuid primary key default uuid_generate_v4(),
    tenant_id uuid not null,
    user_id uuid not null,
    role_id uuid not null,
    created_at timestamptz not null default now(),
    unique (tenant_id, user_id, role_id)
);

-- Every choice below is made by md5 of a name and a number: random() differs between major versions.
create function pg_temp.pick(seed text, below integer) returns integer language sql immutable parallel safe as
    $$ select ('x' || left(md5(seed), 7))::bit(28)::integer % below $$;

-- Sentences that messages are put together from: small words often, long ones rarely, as in real text, so that it compresses as real text does.
create temporary table vocabulary as
    select row_number() over ()::integer - 1 as n, word
    from regexp_split_to_table(
        'the to of and in is for that with on as this from by are was at an not be has it will which have before after when was only'
        ' one two no all each any more than new last first next open closed same other agent plan step tool message tenant user customer'
        ' order invoice ticket record account request response result report budget policy role token model prompt context answer question'
        ' document contract shipment payment refund warehouse price currency schedule meeting calendar summary draft review approval'
        ' deadline region queue worker retry timeout failure success warning delay limit quota latency throughput index table column'
        ' row query database snapshot backup restore verify publish create update delete insert select merge split compare collect'
        ' assign route forward escalate resolve cancel confirm reject accept archive export import translate classify extract rank score'
        ' search browse fetch parse validate normalise enrich deduplicate aggregate notify remind follow finish start stop continue wait'
        ' because although however therefore meanwhile otherwise instead already still again later soon today yesterday tomorrow weekly'
        ' monthly quarterly annual european american northern southern central regional global local internal external public private'
        ' critical urgent routine optional mandatory temporary permanent partial complete missing duplicate outdated current previous'
        ' expected unexpected confidential anonymous authorised suspicious inconsistent reproducible approximately according regarding'
        ' including excluding between within without against during until since toward analysis comparison recommendation explanation'
        ' specification requirement implementation configuration observation classification transaction reconciliation authentication'
        ' authorisation subscription notification infrastructure dependency integration migration deployment monitoring compliance'
        ' procurement logistics manufacturing insurance healthcare education telecommunications pharmaceutical agriculture construction'
        ' Rotterdam Singapore Nairobi Montreal Zürich Kraków São-Paulo Osaka Marseille Göteborg 東京 Αθήνα', ' ') as word;
create temporary table sentence as
    select s.n, string_agg(v.word, ' ' order by p.position) || case s.n % 5 when 0 then '?' else '.' end as text
    from generate_series(0, 8191) as s (n)
    cross join lateral generate_series(1, 8 + pg_temp.pick('length' || s.n, 12)) as p (position)
    join vocabulary as v on v.n = floor((select count(*) from vocabulary) * (pg_temp.pick('word' || s.n || '-' || p.position, 100000) / 100000.0) ^ 1.7)
    group by s.n;
create unique index on sentence (n);
-- Long results of tools, some kilobytes each.
create temporary table document as
    select d.n, string_agg(s.text, ' ' order by p.position) as text
    from generate_series(0, 511) as d (n)
    cross join lateral generate_series(1, 30 + pg_temp.pick('pages' || d.n, 90)) as p (position)
    join sentence as s on s.n = pg_temp.pick('document' || d.n || '-' || p.position, 8192)
    group by d.n;
create unique index on document (n);
analyze vocabulary, sentence, document;

insert into tenants
    select md5('tenant' || t)::uuid,
        (array['Northwind', 'Contoso', 'Globex', 'Initech', 'Umbra', 'Veritas', 'Kestrel', 'Lumen'])[1 + t % 8] || ' '
            || (array['Labs', 'Logistics', 'Health', 'Finance', 'Retail'])[1 + t % 5] || ' ' || t,
        (array['free', 'pro', 'pro', 'enterprise'])[1 + t % 4],
        jsonb_build_object('locale', (array['en-GB', 'de-CH', 'ja-JP', 'pt-BR'])[1 + t % 4], 'region', (array['eu-west-1', 'us-east-2', 'ap-south-1'])[1 + t % 3],
            'features', jsonb_build_array('planner', 'tools', (array['audit', 'budgets', 'sso'])[1 + t % 3]), 'retention_days', 30 + t % 60),
        timestamptz '2026-01-01' + t * interval '5 hours 13 minutes', timestamptz '2026-08-01' + t * interval '1 hour 7 minutes'
    from generate_series(1, :tenants) as t;

insert into users
    select md5('user' || t || '-' || u)::uuid, md5('tenant' || t)::uuid,
        (array['ada', 'bela', 'chen', 'dora', 'emre', 'fay', 'goran', 'hana', 'ines', 'jun'])[u] || '@tenant' || t || '.example',
        (array['owner', 'admin', 'developer', 'developer', 'viewer'])[1 + u % 5],
        '$argon2id$v=19$m=65536,t=3,p=4$' || left(encode(sha256(('salt' || t || '-' || u)::bytea), 'base64'), 22) || '$'
            || rtrim(encode(sha256(('secret' || t || '-' || u)::bytea), 'base64'), '='),
        timestamptz '2026-01-02' + t * interval '5 hours' + u * interval '11 minutes', timestamptz '2026-08-02' + u * interval '3 days 7 minutes'
    from generate_series(1, :tenants) as t cross join generate_series(1, 10) as u;

insert into agents
    select md5('agent' || t || '-' || a)::uuid, md5('tenant' || t)::uuid,
        (array['planner', 'researcher', 'writer', 'reviewer', 'coder', 'analyst', 'courier', 'auditor'])[a] || '-' || t,
        (array['planner', 'worker', 'worker', 'critic'])[1 + a % 4], (array['lead', 'executor', null, 'reviewer'])[1 + a % 4],
        jsonb_build_object('model', (array['large-4', 'small-4', 'code-2'])[1 + a % 3], 'temperature', round(a / 10.0, 1), 'max_tokens', 512 * a,
            'instructions', s.text),
        jsonb_build_object('allow', jsonb_build_array('tool:search', 'tool:fetch'), 'deny', jsonb_build_array('tool:delete'), 'max_cost_usd', a * 0.25),
        timestamptz '2026-01-03' + t * interval '5 hours' + a * interval '9 minutes', timestamptz '2026-08-03' + a * interval '2 days'
    from generate_series(1, :tenants) as t cross join generate_series(1, 8) as a
    join sentence as s on s.n = pg_temp.pick('instructions' || t || '-' || a, 8192);

insert into workflows
    select md5('workflow' || t || '-' || w)::uuid, md5('tenant' || t)::uuid, (array['support', 'invoicing', 'research', 'onboarding'])[w], 1 + t % 3,
        format(E'name: %s\nplanner: %s\nsteps:\n  - id: collect\n    agent: researcher-%s\n    prompt: >\n      %s\n  - id: write\n    agent: writer-%s\n    needs: [collect]\n',
            (array['support', 'invoicing', 'research', 'onboarding'])[w], (array['fsm', 'htn'])[1 + w % 2], t, s.text, t),
        (array['fsm', 'htn'])[1 + w % 2], case when w < 4 then '>=1.' || w || '.0 <2.0.0' end,
        timestamptz '2026-01-04' + t * interval '5 hours' + w * interval '8 minutes', timestamptz '2026-08-04' + w * interval '1 day'
    from generate_series(1, :tenants) as t cross join generate_series(1, 4) as w
    join sentence as s on s.n = pg_temp.pick('prompt' || t || '-' || w, 8192);

insert into plans
    select md5('plan' || t || '-' || w || '-' || p)::uuid, md5('workflow' || t || '-' || w)::uuid,
        (array['pending', 'running', 'completed', 'completed', 'failed'])[p],
        jsonb_build_array(jsonb_build_object('id', 'collect', 'status', 'completed', 'prompt', s.text),
            jsonb_build_object('id', 'write', 'status', (array['pending', 'running', 'completed', 'completed', 'failed'])[p], 'attempt', 1 + p % 2)),
        jsonb_build_object('collect', 'researcher-' || t, 'write', 'writer-' || t),
        jsonb_build_object('usd', round(pg_temp.pick('usd' || t || '-' || w || '-' || p, 90000) / 10000.0, 4), 'tokens', pg_temp.pick('tok' || t || '-' || w || '-' || p, 60000)),
        timestamptz '2026-09-01' + t * interval '3 hours' + p * interval '7 minutes', timestamptz '2026-09-20' + p * interval '5 hours'
    from generate_series(1, :tenants) as t cross join generate_series(1, 4) as w cross join generate_series(1, 5) as p
    join sentence as s on s.n = pg_temp.pick('plan' || t || '-' || w || '-' || p, 8192);

insert into tools
    select md5('tool' || t || '-' || x)::uuid, md5('tenant' || t)::uuid, (array['search', 'fetch', 'sql', 'mail', 'calendar', 'translate'])[x],
        jsonb_build_object('type', 'object', 'required', jsonb_build_array('input'),
            'properties', jsonb_build_object('input', jsonb_build_object('type', 'string', 'description', s.text), 'limit', jsonb_build_object('type', 'integer', 'maximum', 10 * x))),
        jsonb_build_object('roles', jsonb_build_array('admin', 'developer'), 'network', x % 2 = 0), jsonb_build_object('per_call_usd', x * 0.002, 'per_kb_usd', 0.0001),
        timestamptz '2026-01-05' + t * interval '5 hours' + x * interval '6 minutes', timestamptz '2026-08-05' + x * interval '1 day'
    from generate_series(1, :tenants) as t cross join generate_series(1, 6) as x
    join sentence as s on s.n = pg_temp.pick('tool' || t || '-' || x, 8192);

insert into budgets
    select md5('budget' || t || '-' || b)::uuid, md5('tenant' || t)::uuid, (array['all', 'research', 'planner'])[b], (array['tenant', 'workflow', 'agent'])[b],
        case b when 2 then md5('workflow' || t || '-3')::uuid when 3 then md5('agent' || t || '-1')::uuid end,
        jsonb_build_object('usd', 100 * b, 'tokens', 1000000 * b), jsonb_build_object('usd', round(pg_temp.pick('used' || t || '-' || b, 900000) / 10000.0, 4)),
        (array['monthly', 'weekly', 'daily'])[b], timestamptz '2026-01-06' + t * interval '5 hours', timestamptz '2026-09-06' + b * interval '1 day'
    from generate_series(1, :tenants) as t cross join generate_series(1, 3) as b;

insert into rbac_roles
    select md5('role' || t || '-' || r)::uuid, md5('tenant' || t)::uuid, (array['owner', 'admin', 'developer', 'viewer'])[r],
        (array['["*"]', '["agents:*", "workflows:*", "users:read"]', '["agents:read", "workflows:*", "plans:*"]', '["*:read"]'])[r]::jsonb,
        timestamptz '2026-01-07' + t * interval '5 hours' + r * interval '5 minutes'
    from generate_series(1, :tenants) as t cross join generate_series(1, 4) as r;

insert into rbac_bindings
    select md5('binding' || t || '-' || u)::uuid, md5('tenant' || t)::uuid, md5('user' || t || '-' || u)::uuid,
        md5('role' || t || '-' || case when u % 5 = 0 then 1 when u % 5 = 1 then 2 when u % 5 = 4 then 4 else 3 end)::uuid,
        timestamptz '2026-01-08' + t * interval '5 hours' + u * interval '4 minutes'
    from generate_series(1, :tenants) as t cross join generate_series(1, 10) as u;

-- Six messages make a trace; a few tenants send most of them; one message in a hundred carries a long result.
insert into messages
    with numbered as materialized (
        select i, md5('message' || i) as h, i / 6 as trace from generate_series(1, :messages) as i
    ), drawn as materialized (
        select i, h, trace,
            1 + floor(:tenants * (pg_temp.pick('trace' || trace, 1000000) / 1000000.0) ^ 2)::integer as t,
            ('x' || substr(h, 1, 3))::bit(12)::integer as a, ('x' || substr(h, 4, 3))::bit(12)::integer as b,
            ('x' || substr(h, 7, 4))::bit(16)::integer % 8192 as s1, ('x' || substr(h, 11, 4))::bit(16)::integer % 8192 as s2,
            ('x' || substr(h, 15, 4))::bit(16)::integer % 8192 as s3, ('x' || substr(h, 19, 4))::bit(16)::integer as c
        from numbered
    )
    select h::uuid, md5('tenant' || t)::uuid, md5('trace' || trace), substr(h, 9, 16),
        (array['planner', 'researcher', 'writer', 'reviewer', 'coder', 'analyst', 'courier', 'auditor'])[1 + a % 8] || '-' || t,
        (array['planner', 'researcher', 'writer', 'reviewer', 'coder', 'analyst', 'courier', 'auditor'])[1 + b % 8] || '-' || t,
        case when i % 20 < 8 then 'request' when i % 20 < 16 then 'response' when i % 20 < 19 then 'event' else 'control' end,
        case
            when i % 20 < 8 then jsonb_build_object('task', one.text, 'context', two.text, 'tools', jsonb_build_array('search', (array['fetch', 'sql', 'mail'])[1 + c % 3]),
                'model', (array['large-4', 'small-4', 'code-2'])[1 + a % 3], 'temperature', round(b % 11 / 10.0, 1), 'max_tokens', 256 * (1 + a % 16))
            when i % 20 < 16 then jsonb_build_object('status', (array['ok', 'ok', 'ok', 'partial', 'refused'])[1 + c % 5], 'answer', one.text || ' ' || two.text,
                'citations', jsonb_build_array(jsonb_build_object('document', 'doc-' || c, 'page', 1 + a % 90, 'quote', three.text)),
                'confidence', round(b / 4096.0, 4), 'finish_reason', (array['stop', 'stop', 'length'])[1 + b % 3])
                || case when i % 100 = 11 then jsonb_build_object('result', long.text) else '{}' end
            when i % 20 < 19 then jsonb_build_object('event', (array['step.started', 'step.finished', 'plan.changed', 'budget.warning'])[1 + a % 4], 'message', one.text,
                'severity', (array['info', 'info', 'warning', 'error'])[1 + b % 4], 'step', (array['collect', 'write', 'review'])[1 + c % 3], 'elapsed_ms', c)
            else jsonb_build_object('command', (array['pause', 'resume', 'cancel'])[1 + a % 3], 'reason', one.text, 'deadline_ms', 1000 * (1 + b % 30))
        end,
        jsonb_build_object('host', 'worker-' || a % 40, 'region', (array['eu-west-1', 'us-east-2', 'ap-south-1'])[1 + t % 3], 'attempt', 1 + (c % 9) / 8, 'latency_ms', b,
            'version', '1.14.' || c % 6),
        jsonb_build_object('usd', round((a + b) / 40000.0, 4), 'tokens_in', a, 'tokens_out', b),
        timestamptz '2026-09-01' + i * interval '0.9 seconds' + c * interval '1 microsecond', encode(sha256(h::bytea), 'hex')
    from drawn
    join sentence as one on one.n = s1 join sentence as two on two.n = s2 join sentence as three on three.n = s3
    left join document as long on i % 100 = 11 and long.n = c % 512
    order by i;

-- The audit chain, one per tenant, by the rule of AgentFlow: hash = SHA-256(prev_hash || canonical JSON). The details are written compact, with their
-- keys in the order in which jsonb keeps them (shorter first), so that the hash can be computed again from what is stored.
set local sample.tenants = :tenants; -- psql does not look for its variables inside a dollar quote
set local sample.audits = :audits;
do $$
declare
    tenant integer;
    event record;
    previous bytea;
    current bytea;
begin
    for event in
        select n, t, actor_type, actor_id, action, resource_type, resource_id, details,
            timestamptz '2026-09-01' + n * interval '7 seconds'
                + case when n % 40 = 0 then 0 when n % 3 = 0 then pg_temp.pick('ms' || n, 900) * 1000 else pg_temp.pick('us' || n, 900000) end * interval '1 microsecond' as ts
        from (
            select n, t, a,
                (array['user', 'user', 'agent', 'system'])[1 + a % 4] as actor_type,
                case when a % 4 < 2 then md5('user' || t || '-' || 1 + a % 10)::uuid::text when a % 4 = 2 then 'writer-' || t else 'scheduler' end as actor_id,
                (array['workflow.run', 'agent.update', 'tool.call', 'role.bind', 'budget.check'])[1 + a % 5] as action,
                (array['workflow', 'agent', 'tool', 'role', 'budget'])[1 + a % 5] as resource_type,
                case when a % 5 < 4 then md5((array['workflow', 'agent', 'tool', 'role'])[1 + a % 5] || t || '-' || 1 + a % 4)::uuid::text end as resource_id,
                case a % 5
                    when 0 then format('{"ip":"10.%s.%s.7","steps":%s,"planner":"%s"}', a % 32, a % 250, 1 + a % 9, (array['fsm', 'htn'])[1 + a % 2])
                    when 1 then format('{"to":%s,"from":%s,"field":"max_tokens"}', 512 * (1 + a % 9), 512 * (1 + a % 7))
                    when 2 then format('{"ms":%s,"tool":"search","query":"price \u003c %s \u0026 stock \u003e %s"}', a, a % 400, a % 30)
                    when 3 then format('{"role":"developer","groups":["team-%s","all"],"expires":null}', a % 12)
                    else format('{"usd":%s.%s,"limit":{"usd":100,"period":"monthly"},"allowed":%s}', a % 90, 1 + a % 9, (a % 11 > 0)::text)
                end as details
            from (
                select n, pg_temp.pick('audit' || n, 65536) as a,
                    case when n <= current_setting('sample.tenants')::integer then n
                        else 1 + floor(current_setting('sample.tenants')::integer * (pg_temp.pick('chain' || n, 1000000) / 1000000.0) ^ 2)::integer end as t
                from generate_series(1, current_setting('sample.audits')::integer) as n
            ) as numbers
        ) as events
        order by t, n
    loop
        if tenant is distinct from event.t then
            tenant := event.t;
            previous := null;
        end if;
        current := sha256(coalesce(previous, ''::bytea) || convert_to(
            '{"tenant_id":"' || md5('tenant' || event.t)::uuid || '","actor_type":"' || event.actor_type || '","actor_id":"' || event.actor_id
            || '","action":"' || event.action || '","resource_type":"' || event.resource_type
            || '","resource_id":' || coalesce('"' || event.resource_id || '"', 'null') || ',"details":' || event.details
            || ',"ts":"' || rtrim(rtrim(to_char(event.ts, 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z"}', 'UTF8'));
        insert into audits values (md5('audit' || event.n)::uuid, md5('tenant' || event.t)::uuid, event.actor_type, event.actor_id, event.action,
            event.resource_type, event.resource_id, event.details::jsonb, event.ts, previous, current);
        previous := current;
    end loop;
end $$;

-- Indexes and references last: loading is several times faster without them.
create index idx_users_tenant_id on users (tenant_id);
create index idx_agents_tenant_id on agents (tenant_id);
create index idx_workflows_tenant_id on workflows (tenant_id);
create index idx_plans_workflow_id on plans (workflow_id);
create index idx_messages_tenant_id on messages (tenant_id);
create index idx_messages_trace_id on messages (trace_id);
create index idx_messages_ts on messages (ts);
create index idx_tools_tenant_id on tools (tenant_id);
create index idx_audits_tenant_id on audits (tenant_id);
create index idx_audits_ts on audits (ts);
create index idx_audits_actor on audits (tenant_id, actor_type, actor_id);
create index idx_budgets_tenant_id on budgets (tenant_id);
create index idx_rbac_roles_tenant_id on rbac_roles (tenant_id);
create index idx_rbac_bindings_tenant_id on rbac_bindings (tenant_id);
create index idx_tenants_settings on tenants using gin (settings);
create index idx_agents_config on agents using gin (config_json);
create index idx_agents_policies on agents using gin (policies_json);
create index idx_plans_steps on plans using gin (steps);
create index idx_plans_assignments on plans using gin (assignments);
create index idx_plans_cost on plans using gin (cost);
create index idx_messages_payload on messages using gin (payload);
create index idx_messages_metadata on messages using gin (metadata);
create index idx_messages_cost on messages using gin (cost);
create index idx_tools_schema on tools using gin (schema);
create index idx_tools_permissions on tools using gin (permissions);
create index idx_tools_cost_model on tools using gin (cost_model);
create index idx_audits_details on audits using gin (details);
create index idx_budgets_limits on budgets using gin (limits);
create index idx_budgets_current_usage on budgets using gin (current_usage);
create index idx_rbac_roles_permissions on rbac_roles using gin (permissions);

alter table users add foreign key (tenant_id) references tenants on delete cascade;
alter table agents add foreign key (tenant_id) references tenants on delete cascade;
alter table workflows add foreign key (tenant_id) references tenants on delete cascade;
alter table plans add foreign key (workflow_id) references workflows on delete cascade;
alter table messages add foreign key (tenant_id) references tenants on delete cascade;
alter table tools add foreign key (tenant_id) references tenants on delete cascade;
alter table audits add foreign key (tenant_id) references tenants on delete cascade;
alter table budgets add foreign key (tenant_id) references tenants on delete cascade;
alter table rbac_roles add foreign key (tenant_id) references tenants on delete cascade;
alter table rbac_bindings add foreign key (tenant_id) references tenants on delete cascade;
alter table rbac_bindings add foreign key (user_id) references users on delete cascade;
alter table rbac_bindings add foreign key (role_id) references rbac_roles on delete cascade;

drop table vocabulary, sentence, document;
commit;

vacuum (analyze);
