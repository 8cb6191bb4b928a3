-- A table with 1,000 partitions, 2,000 indexes and a few rows in each: psql -v ON_ERROR_STOP=1 -q -f partitions-1000.sql URL
set client_min_messages = warning;
create schema many;
create table many.measurement (id bigint generated always as identity, day date not null, sensor integer not null, value float8, primary key (id, day)) partition by range (day);
create index on many.measurement (sensor);
-- Some hundreds a transaction: all at once would want more locks than a server has by default.
do $$
begin
    for n in 0 .. 999 loop
        execute format('create table many.measurement_%s partition of many.measurement for values from (%L) to (%L)', to_char(n, 'FM0000'), date '2024-01-01' + n, date '2024-01-02' + n);
        if n % 200 = 199 then
            commit;
        end if;
    end loop;
end $$;
create table many.measurement_default partition of many.measurement default;
insert into many.measurement (day, sensor, value) select date '2024-01-01' + n % 1000, n % 17, n / 7.0 from generate_series(1, 5000) as n;
insert into many.measurement (day, sensor, value) values ('1999-12-31', 1, 'NaN');
