-- PostgreSQL's zoo: one of every kind of object that a dump can meet, in an empty UTF8 database, loaded by a superuser on PostgreSQL 13 to 18:
--   psql -v ON_ERROR_STOP=1 -q -f zoo.sql URL
-- It is dump-stable: pg_dump of it and pg_dump of its restored copy do not differ. What stock pg_dump itself restores in another shape is in zoo-reordered.sql.
-- The roles it makes belong to the cluster and begin with zoo_; everything else goes away with the database.

\set ON_ERROR_STOP 1
set client_min_messages = warning;
set client_encoding = 'UTF8';
select current_setting('server_version_num')::integer >= 140000 as v14, current_setting('server_version_num')::integer >= 150000 as v15,
    current_setting('server_version_num')::integer >= 170000 as v17, current_setting('server_version_num')::integer >= 180000 as v18,
    exists (select from pg_collation where collprovider = 'i') as icu \gset

-- ---------------------------------------------------------------- roles, the database itself, schemas, extensions

do $$
declare
    name text;
begin
    foreach name in array array['zoo_owner', 'zoo_reader', 'zoo_writer', 'zoo_Odd "role" =%*'] loop
        if not exists (select from pg_roles where rolname = name) then
            execute format('create role %I nologin', name);
        end if;
        execute format('grant create, connect, temporary on database %I to %I', current_database(), name);
    end loop;
    execute format('revoke all on database %I from public', current_database());
    execute format('comment on database %I is %L', current_database(), E'the zoo''s "database", \\ 100 %');
    execute format('alter database %I set statement_timeout = 0', current_database());
    execute format('alter database %I set zoo.setting = %L', current_database(), 'a ''quoted'' value');
    execute format('alter role zoo_reader in database %I set work_mem = %L', current_database(), '8MB');
end $$;

create schema zoo;
create schema "odd schema: ""quoted"" ünï 東京 .%*";
create schema "Another" authorization zoo_owner;
create schema extensions;
create schema empty;
comment on schema zoo is 'most of the animals';
grant usage on schema zoo to zoo_reader, zoo_writer with grant option;
grant create, usage on schema zoo to zoo_owner, "zoo_Odd ""role"" =%*";
grant usage on schema extensions to public;

create extension hstore schema extensions;
create extension citext schema extensions;
create extension ltree schema extensions;
create extension cube schema extensions;
create extension pg_trgm schema extensions;
create extension btree_gist schema extensions;
create extension btree_gin schema extensions;
create extension "uuid-ossp" schema public;
create extension unaccent schema public;
create extension pgcrypto schema public;
create extension lo schema public;
create extension file_fdw schema extensions;
create extension postgres_fdw schema extensions;
comment on extension hstore is 'a changed comment on an extension';

set search_path = zoo, extensions, public;

-- ---------------------------------------------------------------- types

create type mood as enum ('sad', 'ok', 'happy', 'with ''quote''', 'with "double" and 東京', '');
alter type mood add value 'meh' before 'ok';
alter type mood add value 'better' after 'ok';
create type shell;
create type pair as (x integer, "Y y" text collate "C", moods mood[]);
create type nested as (one pair, many pair[]);
create type gone as (a integer, b text, c date);
alter type gone drop attribute b;

create domain positive as integer default 1 not null constraint above_zero check (value > 0);
create domain small_positive as positive constraint below_hundred check (value < 100);
create domain email as text collate "C" check (value ~ '^[^@]+@[^@]+$');
create domain grid as integer[] check (array_ndims(value) = 2);
create domain good_pair as pair check ((value).x >= 0);
create domain checked_later as integer;
alter domain checked_later add constraint seven check (value <> 7) not valid;

create type float_range as range (subtype = float8, subtype_diff = float8mi);
create function text_distance(text, text) returns float8 language sql immutable strict as 'select abs(length($1) - length($2))::float8';
create type text_range as range (subtype = text, collation = "C", subtype_diff = text_distance);

-- A base type with the input and output functions of integer.
create type number;
create function number_in(cstring) returns number language internal immutable strict as 'int4in';
create function number_out(number) returns cstring language internal immutable strict as 'int4out';
create function number_recv(internal) returns number language internal immutable strict as 'int4recv';
create function number_send(number) returns bytea language internal immutable strict as 'int4send';
create type number (input = number_in, output = number_out, receive = number_recv, send = number_send, internallength = 4, passedbyvalue,
    alignment = int4, category = 'N', default = '42', delimiter = '|');
create function number_eq(number, number) returns boolean language internal immutable strict as 'int4eq';
create function number_ne(number, number) returns boolean language internal immutable strict as 'int4ne';
create function number_lt(number, number) returns boolean language internal immutable strict as 'int4lt';
create function number_le(number, number) returns boolean language internal immutable strict as 'int4le';
create function number_gt(number, number) returns boolean language internal immutable strict as 'int4gt';
create function number_ge(number, number) returns boolean language internal immutable strict as 'int4ge';
create function number_cmp(number, number) returns integer language internal immutable strict as 'btint4cmp';
create function number_hash(number) returns integer language internal immutable strict as 'hashint4';
create operator = (leftarg = number, rightarg = number, function = number_eq, commutator = =, negator = <>, restrict = eqsel, join = eqjoinsel, hashes, merges);
create operator <> (leftarg = number, rightarg = number, function = number_ne, commutator = <>, negator = =, restrict = neqsel, join = neqjoinsel);
create operator < (leftarg = number, rightarg = number, function = number_lt, commutator = >, negator = >=, restrict = scalarltsel, join = scalarltjoinsel);
create operator <= (leftarg = number, rightarg = number, function = number_le, commutator = >=, negator = >, restrict = scalarlesel, join = scalarlejoinsel);
create operator > (leftarg = number, rightarg = number, function = number_gt, commutator = <, negator = <=, restrict = scalargtsel, join = scalargtjoinsel);
create operator >= (leftarg = number, rightarg = number, function = number_ge, commutator = <=, negator = <, restrict = scalargesel, join = scalargejoinsel);
create operator class number_ops default for type number using btree as
    operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, function 1 number_cmp(number, number);
create operator family number_hash_family using hash;
create operator class number_hash_ops default for type number using hash family number_hash_family as operator 1 =, function 1 number_hash(number);
create function number_int4_cmp(number, integer) returns integer language internal immutable strict as 'btint4cmp';
create operator family loose_family using btree;
create function number_lt_int4(number, integer) returns boolean language internal immutable strict as 'int4lt';
create operator < (leftarg = number, rightarg = integer, function = number_lt_int4);
alter operator family loose_family using btree add operator 1 < (number, integer), function 1 (number, integer) number_int4_cmp(number, integer);
create function factorial_of(bigint) returns numeric language sql immutable strict as 'select factorial($1)';
create operator !@# (rightarg = bigint, function = factorial_of);
create operator |->| (leftarg = text, rightarg = text, function = text_distance, commutator = |->|);

create cast (number as integer) without function;
create cast (integer as number) without function as assignment;
create cast (mood as number) with inout;
create function mood_to_integer(mood) returns integer language sql immutable strict as 'select length($1::text)';
create cast (mood as integer) with function mood_to_integer(mood) as implicit;
create transform for integer language sql (from sql with function prsd_lextype(internal), to sql with function int4recv(internal));

create collation plain from "C";
create collation german (provider = libc, locale = 'C');
\if :icu
create collation natural_order (provider = icu, locale = 'en-u-kn-true');
create collation ignore_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
\endif
create conversion from_latin for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;
create default conversion "Odd conversion" for 'UTF8' to 'LATIN1' from utf8_to_iso8859_1;

create text search dictionary simple_stop (template = pg_catalog.simple, stopwords = 'english', accept = 'false');
create text search template own_template (init = dsimple_init, lexize = dsimple_lexize);
create text search dictionary own_dictionary (template = own_template);
create text search parser own_parser (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype, headline = prsd_headline);
create text search configuration animals (copy = pg_catalog.english);
alter text search configuration animals alter mapping for asciiword with simple_stop, unaccent, english_stem;
alter text search configuration animals drop mapping for url;
create text search configuration with_own_parser (parser = own_parser);
alter text search configuration with_own_parser add mapping for word, asciiword with own_dictionary;

-- ---------------------------------------------------------------- languages and functions

create function call_handler() returns language_handler language c as '$libdir/plpgsql', 'plpgsql_call_handler';
create function inline_handler(internal) returns void language c strict as '$libdir/plpgsql', 'plpgsql_inline_handler';
create function validator(oid) returns void language c strict as '$libdir/plpgsql', 'plpgsql_validator';
create trusted language zoo_plpgsql handler call_handler inline inline_handler validator validator;
create function add(a integer, b integer default 40 + 2, variadic rest integer[] default '{}') returns integer language sql immutable parallel safe cost 7
    as $$ select a + b + coalesce((select sum(r) from unnest(rest) as r), 0)::integer $$;
create function add(a text, b text) returns text language zoo_plpgsql stable leakproof strict security definer set search_path = pg_catalog, pg_temp
    set "DateStyle" = 'German, DMY' as $odd$ begin return a || $$ '"\$$ || b; /* $body$ */ end $odd$;
create function rows_of(in first integer, out n integer, out doubled bigint) returns setof record language plpgsql rows 3 as
    $$ begin for n in first .. first + 2 loop doubled := n * 2; return next; end loop; end $$;
create function table_of(prefix text) returns table ("the key" text, value pair) language sql as $$ select prefix, row(1, 'y', array['ok']::zoo.mood[])::zoo.pair $$;
create function series(a integer, b integer) returns setof integer language internal immutable strict rows 50 support generate_series_int4_support as 'generate_series_int4';
create function identity_of(anyelement) returns anyelement language sql immutable as 'select $1';
create function lagging(anyelement) returns anyelement language internal window immutable strict as 'window_lag';
create procedure do_nothing(inout times integer default 1) language plpgsql as $$ begin times := times + 1; commit; end $$;
create procedure do_sql(text) language sql as 'select $1';
create function "Odd function "" %"("Odd arg" text default 'it''s') returns void language sql as '';
\if :v14
create procedure gives_back(a integer, out b integer) language plpgsql as $$ begin b := a; end $$;
create function standard_body(a integer) returns integer language sql return a + 1;
create procedure standard_procedure(inout a text) language sql begin atomic select a || '!'; end;
\endif

create function mean_step(state float8[], value float8) returns float8[] language sql immutable as 'select array[state[1] + value, state[2] + 1]';
create function mean_back(state float8[], value float8) returns float8[] language sql immutable as 'select array[state[1] - value, state[2] - 1]';
create function mean_join(a float8[], b float8[]) returns float8[] language sql immutable as 'select array[a[1] + b[1], a[2] + b[2]]';
create function mean_end(state float8[]) returns float8 language sql immutable as 'select state[1] / nullif(state[2], 0)';
create aggregate mean(float8) (sfunc = mean_step, stype = float8[], sspace = 16, finalfunc = mean_end, combinefunc = mean_join, initcond = '{0,0}',
    msfunc = mean_step, minvfunc = mean_back, mstype = float8[], mfinalfunc = mean_end, minitcond = '{0,0}', parallel = safe);
create aggregate first_of(float8 order by anyelement) (sfunc = ordered_set_transition, stype = internal, finalfunc = percentile_disc_final, finalfunc_extra);
create aggregate own_rank(variadic "any" order by variadic "any")
    (sfunc = ordered_set_transition_multi, stype = internal, finalfunc = rank_final, finalfunc_extra, hypothetical);
create function number_larger(number, number) returns number language internal immutable strict as 'int4larger';
create aggregate highest(number) (sfunc = number_larger, stype = number, sortop = >);

-- ---------------------------------------------------------------- sequences

create sequence free_sequence;
create sequence used_sequence start 10 increment 5;
select nextval('used_sequence'), nextval('used_sequence');
create sequence backwards as smallint increment -3 minvalue -100 maxvalue 50 start 50 cache 7 cycle;
select nextval('backwards');
create sequence not_called;
select setval('not_called', 77, false);
create sequence biggest as bigint minvalue -9223372036854775808 maxvalue 9223372036854775807 start 0;
select setval('biggest', 9223372036854775806);
create sequence "Odd sequence' "" %";
grant usage on sequence used_sequence to zoo_writer;
\if :v15
create unlogged sequence unlogged_sequence;
\endif

-- ---------------------------------------------------------------- tables of every type

create table all_types (
    id integer primary key,
    c_smallint smallint, c_bigint bigint, c_real real, c_double double precision, c_numeric numeric, c_money money,
    c_boolean boolean, c_char character(5), c_varchar varchar(10), c_text text, c_name name, c_internal_char "char", c_bytea bytea,
    c_date date, c_time time(3), c_timetz timetz, c_timestamp timestamp, c_timestamptz timestamptz(6), c_interval interval, c_months interval year to month,
    c_bit bit(5), c_varbit bit varying, c_uuid uuid, c_inet inet, c_cidr cidr, c_macaddr macaddr, c_macaddr8 macaddr8,
    c_point point, c_line line, c_lseg lseg, c_box box, c_path path, c_polygon polygon, c_circle circle,
    c_json json, c_jsonb jsonb, c_jsonpath jsonpath, c_xml xml, c_tsvector tsvector, c_tsquery tsquery,
    c_oid oid, c_xid xid, c_xid8 xid8, c_tid tid, c_lsn pg_lsn, c_snapshot pg_snapshot, c_regtype regtype, c_regproc regprocedure, c_vector int2vector,
    c_int4range int4range, c_numrange numrange, c_tsrange tsrange, c_tstzrange tstzrange, c_daterange daterange, c_float_range float_range, c_text_range text_range,
    c_integers integer[], c_texts text[][], c_pairs pair[], c_moods mood[], c_domains positive[],
    c_mood mood, c_pair pair, c_nested nested, c_positive positive default 5, c_small small_positive default 6, c_email email, c_grid grid, c_good_pair good_pair, c_number number,
    c_hstore hstore, c_citext citext, c_ltree ltree, c_cube cube, c_row_of_table gone
);
insert into all_types (id) values (1);
insert into all_types values (2,
    32767, 9223372036854775807, 'NaN', 'Infinity', 'NaN', '-12.34',
    true, 'ab', 'äöü', E'tab\t line\n return\r back\\ \b\f\v \u0001 end \\. "q" ''s'' 東京 😀', 'a name', 'x', '\x00ff5c0a0d275c2e',
    'infinity', '24:00:00', '23:59:59.999999-15:59', '-infinity', '0044-03-15 12:00:00.000001+00 BC', '-1 year +2 months -3 days +04:05:06.789', '-3 years 2 months',
    B'10101', B'', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '::ffff:1.2.3.4/96', '10.1.0.0/16', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05',
    '(-0,NaN)', '{1,-1,0}', '[(0,0),(1e300,1e-300)]', '(1,1),(0,0)', '[(0,0),(1,1),(2,0)]', '((0,0),(1,1),(2,0))', '<(0.1,0.2),0.3>',
    '{"b":1, "a" : [1,2.50], "b":2, "nul":"\u0000", "half":"\ud83d"}', '{"b": 1.50, "a": {"x": null, "ünï": "東京 \\ \" \u0001"}}', '$.a[*] ? (@.b > 1)', '<a b="c">&lt;text/&gt; é</a>',
    $$'it''s':1A 'back\\slash':2,3B 'the'$$, $$'fat' & !('rat':AB | 'cat':*)$$,
    4294967295, '4294967295', '18446744073709551615', '(0,1)', '16/B374D848', '10:20:10,14,15', 'pg_catalog.int4', 'pg_catalog.lower(text)', '1 2 3',
    '[1,10)', '(,5.50]', 'empty', '["2026-03-29 00:30:00+00",infinity)', '[2026-01-01,)', '[-Infinity,1e-7)', '["","a,b""c")',
    '[-1:1]={1,NULL,3}', '{{"a b",""},{"NULL",null}}', array[row(1, 'a,"b"', array['sad', 'with ''quote''']::mood[])::pair, null], '{meh,"with \"double\" and 東京",""}', '{1,2}',
    'better', row(null, '', null), row(row(1, null, '{}'), array[]::pair[]), 99, 98, 'a@b', '{{1,2},{3,4}}', row(0, 'zero', null), '-7',
    '"a key"=>"v\"al", empty=>NULL', 'CiText', 'Top.Middle.Leaf_1', '(1,2,3),(4,5,6)', row(1, '2026-01-01'));
insert into all_types (id, c_smallint, c_bigint, c_real, c_double, c_numeric, c_money, c_boolean, c_char, c_varchar, c_text, c_bytea, c_date, c_timestamp, c_timestamptz,
    c_interval, c_jsonb, c_json, c_xml, c_integers, c_tsvector, c_xid8, c_time) values
    (3, -32768, -9223372036854775808, '-0', '-0', 12345678901234567890123456789.0012300, '92233720368547758.07', false, '', '', '', '', '4713-01-01 BC', '294276-12-31 23:59:59.999999',
        '294276-12-31 23:59:59.999999+00', '178000000 years', 'null', 'null', '', '{}', '', '0', '00:00'),
    (4, 0, 0, 1e-45, 4.9e-324, 1e-100, 0, null, '     ', ' ', '\N', '\x5c4e', '-infinity', 'infinity', 'infinity',
        '-178000000 years', '"a string"', ' [ 1 ,2 ] ', 'no tags', '{NULL}', 'a', '1', '12:00:00.0005'),
    (5, 1, 1, 3.4028235e38, 1.7976931348623157e308, 0.1 + 0.2, 0.01, true, 'é', '東京', repeat('long ', 200000), decode(repeat('00ff', 300000), 'hex'), '2026-10-25', '2026-10-25 02:30:00',
        '2026-10-25 02:30:00 Europe/Berlin', '1 mon -1 day', '[]', '{}', '<?xml version="1.0"?><a/>', array(select generate_series(1, 5000)), 'zz:1', '2', '13:00');
\if :v14
alter table all_types add c_int4multirange int4multirange, add c_text_multirange text_multirange;
update all_types set c_int4multirange = '{[1,3),[5,8)}', c_text_multirange = '{}', c_numeric = '-Infinity' where id = 3;
\endif

create table "UPPER" ("Id" serial primary key, "camelCase" text default 'it''s', "with space" integer, "quo""te" integer, "t" text, "select" boolean default false, "東京" text,
    "=eq" integer, "-dash" integer, "%s" integer, "*" integer, "a.b" integer, "$1" integer, U&"new\000Aline" integer, "\back" integer);
insert into "UPPER" ("camelCase", "with space", "quo""te", "t", "東京", "=eq", "-dash", "%s", "*", "a.b", "$1", U&"new\000Aline", "\back")
    values ('x', 1, 2, 't', 'ü', 3, 4, 5, 6, 7, 8, 9, 10), (default, null, null, null, null, null, null, null, null, null, null, null, null);
create table "odd schema: ""quoted"" ünï 東京 .%*"."select" (id integer primary key, note text);
create table "odd schema: ""quoted"" ünï 東京 .%*"."-leading-dash" (id integer primary key);
create table "odd schema: ""quoted"" ünï 東京 .%*"."=a dbname=template1" (id integer primary key);
create table "odd schema: ""quoted"" ünï 東京 .%*"."%d %s %n" (id integer primary key);
create table "odd schema: ""quoted"" ünï 東京 .%*"."*" (id integer primary key);
create table "odd schema: ""quoted"" ünï 東京 .%*".U&"two\000Alines; drop table x; --" (id integer primary key);
create table "odd schema: ""quoted"" ünï 東京 .%*".U&"tab\0009and \\\\backslash" (id integer primary key);
create table "odd schema: ""quoted"" ünï 東京 .%*"."'; select 1; --" (id integer primary key);
create table "odd schema: ""quoted"" ünï 東京 .%*"." blank around " (id integer primary key);
create table "odd schema: ""quoted"" ünï 東京 .%*"."a.b.c" (id integer primary key);
create table "odd schema: ""quoted"" ünï 東京 .%*"."$HOME `id` $(id) ${HOME} {{af.x}} ${body}" (id integer primary key);
create table "odd schema: ""quoted"" ünï 東京 .%*"."sixty-three bytes long, with ünï in it, which is the very limit" (id integer primary key);
create table "odd schema: ""quoted"" ünï 東京 .%*"."../../etc/passwd" (id integer primary key);
do $$
declare
    name text;
begin
    for name in select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname like 'odd%' and c.relkind = 'r' loop
        execute 'insert into ' || name || ' values (1), (2), (3)';
    end loop;
end $$;
create table "Another"."UPPER" (id integer primary key, "UPPER" text);
alter table "Another"."UPPER" owner to zoo_owner;
insert into "Another"."UPPER" values (1, 'same name, other schema');

create table t (t integer, t1 text, count integer, oid integer, "table" text, x integer);
insert into t values (1, 'a column named as its alias', 2, 3, 'x', null), (1, 'a column named as its alias', 2, 3, 'x', null), (null, null, null, null, null, null);
create table no_columns ();
insert into no_columns default values;
insert into no_columns default values;
create table no_rows (id integer primary key, note text);
create table dropped_columns (a integer, b text, c integer, d text, e integer not null default 5);
insert into dropped_columns values (1, 'b', 3, 'd', 5), (2, 'B', 4, 'D', 6);
alter table dropped_columns drop column a, drop column c;
alter table dropped_columns add f text default 'added later', add g integer generated by default as identity;
create table all_dropped (a integer);
insert into all_dropped values (1), (2), (3);
alter table all_dropped drop column a;
create table duplicates (a integer, b text);
insert into duplicates select 7, 'the same row many times' from generate_series(1, 1000);
do $$
begin
    execute 'create table wide (id integer primary key, ' || (select string_agg('column_' || n || case when n % 3 = 0 then ' text' else ' integer' end, ', ') from generate_series(1, 299) as n) || ')';
    execute 'insert into wide (id, column_1, column_3, column_299) select n, n, ''x'' || n, -n from generate_series(1, 50) as n';
end $$;
create schema herd;
do $$
begin
    for n in 1 .. 200 loop
        execute format('create table herd.sheep_%s (id integer primary key, name text unique, born date default %L)', n, date '2026-01-01' + n);
        execute format('insert into herd.sheep_%s select i, %L || i from generate_series(1, %s) as i', n, 'sheep ', n % 10);
    end loop;
end $$;
create unlogged table unlogged (id integer primary key, note text);
insert into unlogged values (1, 'still dumped');
create table typed of gone (primary key (a), c with options default '2026-01-01');
insert into typed values (1, '2026-02-02');
create access method own_heap type table handler heap_tableam_handler;
create access method own_gist type index handler gisthandler;
create table in_own_heap (a integer) using own_heap;
insert into in_own_heap select generate_series(1, 100);
create temporary table temporary_one (a integer);
insert into temporary_one values (1);

create table stored (a integer default 1, long text, plain text, r integer[]) with (fillfactor = 70, autovacuum_enabled = false, toast.autovacuum_vacuum_scale_factor = 0.5, parallel_workers = 1);
alter table stored alter column long set storage external, alter column plain set storage main, alter column a set statistics 500, alter column a set (n_distinct = -0.5);
insert into stored values (1, repeat('external ', 5000), repeat('main ', 5000), '{1}');
\if :v14
alter table stored alter column long set compression pglz;
\endif
alter table stored replica identity full;

-- ---------------------------------------------------------------- generated, identity, serial

create table generated (
    id bigint generated always as identity (start 100 increment 10 maxvalue 100000 cache 3) primary key,
    id2 integer generated by default as identity (sequence name own_name_of_sequence minvalue -5 start -5 cycle),
    s1 serial, s2 smallserial, s3 bigserial,
    width integer not null, height integer,
    area bigint generated always as (width * height) stored,
    label text generated always as ('w' || width::text) stored
);
insert into generated (width, height) values (1, 2), (3, 4), (5, null);
insert into generated (id, id2, s1, width) overriding system value values (5, 500, 50, 9);
alter table generated alter column id restart with 1000;
create table only_generated (x integer generated always as (1) stored);
insert into only_generated default values;
insert into only_generated default values;
create sequence owned_elsewhere owned by no_rows.id;
create sequence shared_sequence;
create table uses_shared_1 (id integer default nextval('shared_sequence') primary key);
create table uses_shared_2 (id integer default nextval('zoo.shared_sequence'::regclass), id3 bigint default nextval('shared_sequence'::text));
insert into uses_shared_1 values (default), (default);
insert into uses_shared_2 values (default, default);
\if :v18
create table generated_when_read (a integer, doubled integer generated always as (a * 2) virtual);
insert into generated_when_read values (1), (2);
\endif

-- ---------------------------------------------------------------- partitions and inheritance

create table by_range (id integer not null, at date not null, note text, size positive default 1, primary key (id, at)) partition by range (at);
create table by_range_2025 partition of by_range for values from (minvalue) to ('2026-01-01');
create table by_range_2026 partition of by_range (note default 'own default', constraint own_check check (id > 0)) for values from ('2026-01-01') to ('2027-01-01') partition by range (id);
create table "Another".by_range_2026_a partition of by_range_2026 for values from (minvalue) to (90) with (fillfactor = 80);
create table by_range_2026_rest partition of by_range_2026 default partition by hash (id);
create table by_range_2026_rest_0 partition of by_range_2026_rest for values with (modulus 2, remainder 0);
create table by_range_2026_rest_1 partition of by_range_2026_rest for values with (modulus 2, remainder 1);
create table by_range_default partition of by_range default;
create table attached_later (note text, gone integer, size positive default 2, at date not null, id integer not null, unique (at, id));
alter table attached_later drop column gone;
insert into attached_later values ('other order of columns', 3, '2027-05-05', 9), ('x', 4, '2027-06-06', 10);
alter table by_range attach partition attached_later for values from ('2027-01-01') to ('2028-01-01');
insert into by_range select n, date '2025-06-01' + n * 7, case n % 4 when 0 then 'a' when 1 then 'b' when 2 then null else 'c' end, 1 + n from generate_series(1, 200) as n;
create index on by_range (note) where note is not null;
create index invalid_for_ever on only by_range (size);
create index detached_index on by_range_2025 (size);
create table detached partition of by_range for values from ('2040-01-01') to ('2041-01-01');
insert into by_range values (77, '2040-07-07', 'in a partition that was detached');
alter table by_range detach partition detached;
create table by_expression (a integer, b text collate "C", c timestamp) partition by range (lower(b) collate "C" text_pattern_ops, (a % 10));
create table by_expression_1 partition of by_expression for values from (minvalue, minvalue) to ('m', maxvalue);
create table by_expression_2 partition of by_expression for values from ('m', maxvalue) to (maxvalue, maxvalue);
insert into by_expression select n, chr(97 + n % 26), '2026-01-01' from generate_series(1, 100) as n;
create table by_hash (id uuid, payload jsonb) partition by hash (id);
create table by_hash_0 partition of by_hash for values with (modulus 3, remainder 0);
create table by_hash_1 partition of by_hash for values with (modulus 3, remainder 1);
create unlogged table by_hash_2 partition of by_hash for values with (modulus 3, remainder 2);
insert into by_hash select md5(n::text)::uuid, jsonb_build_object('n', n) from generate_series(1, 300) as n;
create table by_mood (m mood, id integer) partition by list (m);
create table by_mood_low partition of by_mood for values in ('sad', 'meh');
create table by_mood_default partition of by_mood default;
insert into by_mood values ('sad', 1), ('happy', 2), (null, 3);
create table partitioned_without_partitions (a integer) partition by list (a);

create table animal (id integer primary key, name text not null, born date, constraint has_name check (name <> ''), constraint only_here check (id < 1000) no inherit);
create table pet (owner text, weight positive) inherits (animal);
create table worker (name text not null default 'worker', skill text) inherits (animal);
create table guide_dog (id integer primary key, trained boolean) inherits (pet, worker);
insert into animal values (1, 'wild', '2020-02-29');
insert into pet values (1001, 'rex', null, 'ada', 10);
insert into worker values (2001, default, null, 'pulls');
insert into guide_dog values (3001, 'leads', '2021-01-01', 'bela', 20, 'guides', true);

-- ---------------------------------------------------------------- constraints and references

create table parent (id integer primary key, code text unique, part_a integer, part_b text, valid daterange, room integer, note text, unique (part_a, part_b),
    constraint no_overlap exclude using gist (room with =, valid with &&) where (room > 0) deferrable initially deferred,
    constraint either check (note is not null or code is not null));
insert into parent select n, 'code' || n, n, 'part' || n, daterange('2026-01-01'::date + n * 10, '2026-01-01'::date + n * 10 + 5), n % 3, 'n' from generate_series(1, 50) as n;
create table child (id integer primary key, parent_id integer references parent on update cascade on delete set null deferrable initially deferred, code text references parent (code),
    part_a integer, part_b text, constraint both_parts foreign key (part_a, part_b) references parent (part_a, part_b) match full, day date, range_id integer,
    constraint to_partitioned foreign key (range_id, day) references by_range (id, at));
insert into child (id, parent_id, code, part_a, part_b) select n, 1 + n % 50, 'code' || 1 + n % 50, 1 + n % 50, 'part' || 1 + n % 50 from generate_series(1, 200) as n;
insert into child (id, range_id, day) select 1000 + id, id, at from by_range where note = 'b' limit 10;
create table tree (id integer primary key, parent_id integer references tree deferrable, path ltree);
insert into tree values (3, null, 'a');
insert into tree values (1, 3, 'a.b'), (2, 1, 'a.b.c'), (4, 4, 'own.parent');
create table hen (id integer primary key, egg_id integer not null);
create table egg (id integer primary key, hen_id integer not null);
alter table hen add constraint from_egg foreign key (egg_id) references egg deferrable initially deferred;
alter table egg add constraint from_hen foreign key (hen_id) references hen deferrable initially immediate;
begin;
set constraints all deferred;
insert into hen values (1, 1), (2, 2);
insert into egg values (1, 2), (2, 1);
commit;
create table orphan (id integer, parent_id integer, amount integer);
insert into orphan values (1, 999999, -5), (2, 1, 5);
alter table orphan add constraint broken_reference foreign key (parent_id) references parent not valid;
alter table orphan add constraint broken_check check (amount > 0) not valid;
create table partitioned_child (id integer, parent_id integer references parent on delete cascade) partition by range (id);
create table partitioned_child_1 partition of partitioned_child for values from (0) to (100);
insert into partitioned_child select n, n from generate_series(1, 40) as n;
create table many_nulls (a integer unique, b text, unique (a, b));
insert into many_nulls values (null, 'x'), (null, 'x'), (1, null);
create table deferred_unique (a integer unique deferrable initially deferred, b integer primary key deferrable);
insert into deferred_unique select n, -n from generate_series(1, 10) as n;
\if :v15
create table one_null (a integer, unique nulls not distinct (a));
insert into one_null values (null), (1);
create table tenant_child (tenant integer, id integer, primary key (tenant, id));
create table tenant_grandchild (tenant integer not null, child integer, foreign key (tenant, child) references tenant_child on delete set null (child));
\endif
\if :v18
create table named_not_null (a integer constraint a_is_there not null, b integer);
insert into named_not_null values (1, null);
alter table named_not_null add constraint b_is_there not null b not valid;
alter table named_not_null add constraint not_enforced check (a > 100) not enforced;
create table periods (room integer, during daterange, primary key (room, during without overlaps));
insert into periods values (1, '[2026-01-01,2026-02-01)'), (1, '[2026-02-01,2026-03-01)');
create table visits (room integer, during daterange, foreign key (room, period during) references periods (room, period during));
\endif

-- Functions that find others by their own search_path: a restore checks rows and builds indexes with an empty one. (A CHECK that reads another table
-- is left out: stock pg_dump cannot promise to load that table first.)
create function shout(a text) returns text language plpgsql immutable set search_path to zoo as $$ begin return upper(add(a, '!')); end $$;
create function is_allowed(word text) returns boolean language plpgsql immutable set search_path = zoo, extensions, pg_temp as
    $$ begin return shout(word) ~ '^(YES|NO|PERHAPS)' and word::citext = upper(word)::citext; end $$;
create table uses_functions (id integer primary key, word text, sounds text generated always as (zoo.identity_of(word) || '-') stored, n integer default add(1, 2),
    constraint is_an_allowed_word check (is_allowed(word)));
create index on uses_functions (shout(word));
create unique index on uses_functions ((shout(word) || id::text)) where shout(word) <> 'NO!';
insert into uses_functions (id, word) values (1, 'yes'), (2, 'no'), (3, 'perhaps');

-- ---------------------------------------------------------------- indexes and statistics

create table indexed (id integer primary key, a integer, b text, c text, d jsonb, e tsvector, f point, g integer[], h inet, i timestamptz, j bigint not null);
insert into indexed select n, n % 10, 'b' || n % 7, md5(n::text), jsonb_build_object('k', n % 5, 'list', jsonb_build_array(n, n + 1)), to_tsvector('english', 'quick fox ' || n),
    point(n, -n), array[n, n % 3], ('10.0.' || n % 200 || '.1')::inet, '2026-01-01'::timestamptz + n * interval '1 hour', n from generate_series(1, 500) as n;
create index on indexed (a desc nulls last, b collate "C" text_pattern_ops);
create index covering on indexed (a) include (b, c);
create index partial on indexed (b) where a > 5 and c is not null;
create index expression on indexed (lower(c), (a + id));
alter index expression alter column 2 set statistics 300;
create index hashed on indexed using hash (c);
create index gin_path on indexed using gin (d jsonb_path_ops) with (fastupdate = off);
create index gin_all on indexed using gin (d, a, e);
create index gist_point on indexed using gist (f, e) with (buffering = on);
create index gist_trgm on indexed using gist (c gist_trgm_ops(siglen = 32));
create index spgist_inet on indexed using spgist (h);
create index brin_time on indexed using brin (i timestamptz_minmax_ops, id) with (pages_per_range = 4, autosummarize = on);
create operator class own_point_ops default for type point using own_gist as
    operator 1 << (point, point), operator 5 >> (point, point), operator 6 ~= (point, point), operator 15 <-> (point, point) for order by pg_catalog.float_ops,
    function 1 gist_point_consistent(internal, point, smallint, oid, internal), function 2 gist_box_union(internal, internal), function 3 gist_point_compress(internal),
    function 5 gist_box_penalty(internal, internal, internal), function 6 gist_box_picksplit(internal, internal), function 7 gist_box_same(box, box, internal),
    function 8 gist_point_distance(internal, point, smallint, oid, internal), function 9 gist_point_fetch(internal), storage box;
create index own_access_method on indexed using own_gist (f);
create unique index for_replica on indexed (j);
alter table indexed replica identity using index for_replica;
create index for_cluster on indexed (i);
alter table indexed cluster on for_cluster;
create unique index "Odd index"" %" on "UPPER" ("quo""te", "=eq") ;
create statistics stats_all on a, b, c from indexed;
create statistics stats_dependencies (dependencies, ndistinct) on a, b from indexed;
alter statistics stats_dependencies set statistics 55;
\if :v14
create statistics stats_expression (mcv) on (a % 3), lower(b) from indexed;
create statistics stats_one_expression on (mod(a, 5)) from indexed;
\endif
analyze indexed;

-- ---------------------------------------------------------------- views, materialised views, rules

create view simple_view as select id, a, b from indexed where a < 5 with local check option;
create view barrier_view with (security_barrier = true) as select * from simple_view where b <> 'secret' with cascaded check option;
alter view simple_view alter column b set default 'default of a view';
create view "Odd view"" %" ("Column one", "column.two") as select 1, E'two\nlines'::text;
create view by_primary_key as select p.*, count(c.id) from parent as p left join child as c on c.parent_id = p.id group by p.id;
create recursive view all_descendants (id, depth) as select id, 0 from tree where parent_id is null union all select t.id, d.depth + 1 from tree as t join all_descendants as d on t.parent_id = d.id where t.id <> t.parent_id;
create view joined_using as select * from uses_shared_1 join no_rows using (id);
create view many_joins as select a.id, x.n, x.doubled from parent as a cross join lateral rows_of(a.id) as x left join (values (1, 'one'), (2, 'two')) as v (n, name) on v.n = a.id where a.id in (select id from child) and a.note similar to 'n%';
create view circle_1 as select 1 as a;
create view circle_2 as select a from circle_1;
create or replace view circle_1 as select a from circle_2;
create view windows as select id, rank() over w, sum(a) filter (where a > 2) over (w rows between 2 preceding and current row exclude ties), grouping_b.b
    from indexed cross join lateral (select indexed.b) as grouping_b window w as (partition by a order by id);
create view grouped as select a, b, count(*), grouping(a, b) from indexed group by grouping sets ((a, b), rollup (a), ());
create view whole_row as select p as whole, (p).id, p.*::text as printed from parent as p;
\if :v15
create view as_invoker with (security_invoker = true) as select 1 as one;
\endif

create materialized view daily as select i::date as day, count(*) as n, sum(j) as total from indexed group by 1;
create unique index on daily (day);
create materialized view monthly as select date_trunc('month', day) as month, sum(n) as n from daily group by 1;
create materialized view a_yearly as select date_trunc('year', month) as year, sum(n) as n from monthly group by 1 with data;
create materialized view never_filled as select * from daily with no data;
create materialized view never_filled_either as select * from never_filled with no data;
create index on never_filled (day);
create materialized view from_view (id, a, b) with (fillfactor = 60) as select * from simple_view;
create view on_materialized as select max(day) from daily;
create materialized view stale as select count(*) from no_rows;

create table rule_log (at timestamptz default '2026-01-01 00:00:00+00', what text);
create rule log_insert as on insert to no_rows do also insert into rule_log (what) values ('insert ' || new.id);
create rule "Odd rule"" %" as on update to no_rows where new.id > 100 do also delete from rule_log where what = 'nothing';
create rule tell as on delete to no_rows do also notify zoo_channel;
create rule no_delete as on delete to no_rows do instead nothing;
create rule view_insert as on insert to simple_view do instead (insert into indexed (id, a, b, j) values (new.id, new.a, new.b, new.id) returning id, a, b; insert into rule_log (what) values ('through a view'));
alter table no_rows disable rule no_delete;
alter table no_rows enable always rule log_insert;
alter table no_rows enable replica rule "Odd rule"" %";

-- ---------------------------------------------------------------- triggers, event triggers

create function touch() returns trigger language plpgsql as $$ begin if tg_op = 'DELETE' then return old; end if; return new; end $$;
create table triggered (id integer primary key, a integer, b text);
insert into triggered select n, n, 'b' from generate_series(1, 10) as n;
create trigger plain before insert or update on triggered for each row execute function touch();
create trigger disabled after delete on triggered for each row execute function touch();
create trigger always_on before update of a, b on triggered for each row when (old.a is distinct from new.a) execute function touch('with', 'it''s', E'\\ back', '東京');
create trigger on_replica after insert on triggered for each row execute function touch();
create trigger statement_level after truncate on triggered for each statement execute function touch();
create trigger with_tables after update on triggered referencing old table as before_rows new table as after_rows for each statement execute function touch();
create constraint trigger checked_late after insert or update on triggered from parent deferrable initially deferred for each row execute function touch();
create trigger "Odd trigger"" %" before delete on triggered for each row execute function touch();
alter table triggered disable trigger disabled;
alter table triggered enable always trigger always_on;
alter table triggered enable replica trigger on_replica;
create trigger instead instead of update on barrier_view for each row execute function touch();
create trigger on_partitioned after insert on by_range for each row execute function touch();
alter table by_range_2025 disable trigger on_partitioned;
create trigger unique_changes before update on "UPPER" for each row execute function suppress_redundant_updates_trigger();
create table with_lo (id integer, raster lo);
create trigger lo_cleanup before update or delete on with_lo for each row execute function lo_manage(raster);

create function on_ddl() returns event_trigger language plpgsql as $$ begin perform 1; end $$;
create event trigger zoo_ddl_end on ddl_command_end when tag in ('CREATE TABLE', 'ALTER TABLE') execute function on_ddl();
create event trigger zoo_drop on sql_drop execute function on_ddl();
create event trigger "zoo_Odd event"" %" on ddl_command_start execute function on_ddl();
alter event trigger zoo_drop enable always;
alter event trigger "zoo_Odd event"" %" disable;

-- ---------------------------------------------------------------- row-level security, grants, default privileges

create table secured (id integer primary key, owner_name name default current_user, secret text);
insert into secured select n, case when n % 2 = 0 then 'zoo_reader' else 'zoo_writer' end, 'secret ' || n from generate_series(1, 20) as n;
alter table secured enable row level security;
create policy own_rows on secured for select to zoo_reader, zoo_writer using (owner_name = current_user);
create policy no_odd on secured as restrictive for update to public using (id % 2 = 0) with check (secret is not null and id in (select id from zoo.secured));
create policy "Odd policy"" %" on secured for all to "zoo_Odd ""role"" =%*" using (true);
create table forced (id integer primary key, note text);
alter table forced owner to zoo_owner;
insert into forced values (1, 'even the owner sees nothing'), (2, 'x');
alter table forced enable row level security;
alter table forced force row level security;
create policy insert_only on forced for insert with check (id > 0);
create table forced_but_off (id integer);
alter table forced_but_off force row level security;

grant select on all tables in schema zoo to zoo_reader;
grant select (id, name), update (name) on animal to zoo_writer;
grant insert ("camelCase", "quo""te") on "UPPER" to "zoo_Odd ""role"" =%*" with grant option;
grant select on indexed, no_rows to zoo_owner;
grant all on parent to zoo_owner with grant option;
set role zoo_owner;
grant select, update (note) on zoo.parent to zoo_writer;
reset role;
revoke select on triggered from zoo_reader;
revoke truncate, trigger on stored from current_user;
grant execute on function add(integer, integer, integer[]) to zoo_reader;
revoke execute on function touch(), on_ddl() from public;
revoke execute on procedure do_sql(text) from public;
grant execute on procedure do_sql(text) to zoo_owner;
revoke usage on type mood from public;
grant usage on type mood, pair to zoo_reader;
grant usage on domain positive to zoo_writer;
revoke usage on domain email from public;
grant usage on language zoo_plpgsql to zoo_owner;
revoke usage on language plpgsql from public;
grant usage on language plpgsql to zoo_owner;
grant create on schema public to zoo_owner;
alter default privileges grant select on tables to zoo_reader;
alter default privileges for role zoo_owner revoke execute on functions from public;
alter default privileges for role zoo_owner in schema zoo grant insert, update on tables to zoo_writer with grant option;
alter default privileges in schema "Another" grant usage on sequences to zoo_reader;
alter default privileges for role zoo_owner grant usage on types to "zoo_Odd ""role"" =%*";
alter default privileges for role zoo_owner grant create on schemas to zoo_writer;
alter table rule_log owner to "zoo_Odd ""role"" =%*";
alter view simple_view owner to zoo_owner;
alter materialized view stale owner to zoo_owner;
alter sequence free_sequence owner to zoo_owner;
alter function identity_of(anyelement) owner to zoo_owner;
alter aggregate highest(number) owner to zoo_owner;
alter procedure do_sql(text) owner to zoo_owner;
alter type nested owner to zoo_owner;
alter domain email owner to zoo_owner;
alter operator |->| (text, text) owner to zoo_owner;
alter operator family loose_family using btree owner to zoo_owner;
alter collation german owner to zoo_owner;
alter conversion from_latin owner to zoo_owner;
alter text search configuration animals owner to zoo_owner;
alter text search dictionary own_dictionary owner to zoo_owner;
alter statistics stats_all owner to zoo_owner;
alter language zoo_plpgsql owner to zoo_owner;

-- ---------------------------------------------------------------- foreign data, whose servers cannot be reached

create server unreachable foreign data wrapper postgres_fdw options (host '127.0.0.1', port '1', dbname 'no''where', connect_timeout '2');
create server "Odd server"" %" type 'a type' version '1.0' foreign data wrapper file_fdw;
create foreign data wrapper own_wrapper options (debug 'true');
create user mapping for public server unreachable options (user 'nobody', password 'not a secret: ''"\');
create user mapping for zoo_reader server unreachable options (user 'x', password 'y', password_required 'true');
create foreign table far_away (id integer options (column_name 'the id') not null, note text collate "C" default 'x', constraint positive_id check (id > 0)) server unreachable options (schema_name 'other', table_name 'Far "Away"');
create foreign table no_such_file (line text) server "Odd server"" %" options (filename '/nonexistent/file.csv', format 'csv');
create table partly_far_away (id integer, note text) partition by range (id);
create table partly_far_away_here partition of partly_far_away for values from (0) to (100);
create foreign table partly_far_away_there partition of partly_far_away for values from (100) to (200) server unreachable;
insert into partly_far_away values (1, 'here');
grant usage on foreign server unreachable to zoo_reader;
grant usage on foreign data wrapper postgres_fdw to zoo_owner;
grant select on far_away to zoo_reader;

-- ---------------------------------------------------------------- large objects

select lo_from_bytea(4200001, 'the first large object');
select lo_from_bytea(4200002, decode(repeat('00ff0a5c', 200000), 'hex'));
select lo_create(4200003);
select lo_create(4200004);
-- Sparse: five bytes at the start, five after seven megabytes of nothing.
select lo_put(4200004, 0, 'start'), lo_put(4200004, 7340032, '\x00ff00ff00');
alter large object 4200001 owner to zoo_owner;
alter large object 4200002 owner to "zoo_Odd ""role"" =%*";
grant select on large object 4200001 to zoo_reader with grant option;
grant select, update on large object 4200002 to public;
comment on large object 4200001 is 'the owner''s large object';
insert into with_lo values (1, 4200001), (2, 4200002), (3, 4200003), (4, 4200004);
do $$ begin for n in 4300000 .. 4300099 loop perform lo_from_bytea(n, convert_to('number ' || n, 'UTF8')); end loop; end $$;

-- ---------------------------------------------------------------- publications

set client_min_messages = error; -- the level of WAL does not matter here
create publication zoo_some for table parent, only animal with (publish = 'insert, update');
create publication zoo_all for all tables with (publish_via_partition_root = true);
create publication "zoo_Odd publication"" %";
\if :v15
create publication zoo_filtered for table indexed (id, a, j) where (a > 3);
create publication zoo_schema for tables in schema "Another";
\endif
set client_min_messages = warning;

-- ---------------------------------------------------------------- comments on everything

comment on access method own_heap is 'a heap under another name';
comment on aggregate mean(float8) is 'an aggregate';
comment on cast (mood as integer) is 'a cast';
comment on collation german is 'a collation';
comment on constraint either on parent is 'a constraint';
comment on constraint above_zero on domain positive is 'a constraint of a domain';
comment on conversion from_latin is 'a conversion';
comment on domain positive is 'a domain';
comment on event trigger zoo_drop is 'an event trigger';
comment on foreign data wrapper own_wrapper is 'a foreign data wrapper';
comment on foreign table far_away is 'a foreign table';
comment on function add(text, text) is E'a function\nwith ''quotes'', "doubles", \\ and $$ in its comment';
comment on index covering is 'an index';
comment on language zoo_plpgsql is 'a language';
comment on materialized view daily is 'a materialised view';
comment on operator |->| (text, text) is 'an operator';
comment on operator class number_ops using btree is 'an operator class';
comment on operator family loose_family using btree is 'an operator family';
comment on policy own_rows on secured is 'a policy';
comment on procedure do_sql(text) is 'a procedure';
comment on publication zoo_some is 'a publication';
comment on rule log_insert on no_rows is 'a rule';
comment on schema "odd schema: ""quoted"" ünï 東京 .%*" is 'an odd schema';
comment on sequence free_sequence is 'a sequence';
comment on server unreachable is 'a server';
comment on statistics stats_all is 'a statistics object';
comment on text search configuration animals is 'a text search configuration';
comment on text search dictionary own_dictionary is 'a text search dictionary';
comment on text search parser own_parser is 'a text search parser';
comment on text search template own_template is 'a text search template';
comment on transform for integer language sql is 'a transform';
comment on trigger plain on triggered is 'a trigger';
comment on type mood is 'a type';
comment on type pair is 'a composite type';
comment on column pair."Y y" is 'an attribute of a composite type';
comment on view simple_view is 'a view';
comment on role zoo_owner is 'a role';
do $$
declare
    object record;
begin
    for object in
        select format('%I.%I', n.nspname, c.relname) as name, c.oid, c.relname
        from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p') and n.nspname in ('zoo', 'Another', 'odd schema: "quoted" ünï 東京 .%*')
    loop
        execute format('comment on table %s is %L', object.name, 'the table ' || object.relname);
        execute coalesce((select string_agg(format('comment on column %s.%I is %L', object.name, attname, 'the column ' || attname), '; ')
            from pg_attribute where attrelid = object.oid and attnum > 0 and not attisdropped and attnum < 20), '');
    end loop;
end $$;
