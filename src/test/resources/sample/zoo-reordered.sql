-- Objects that stock pg_dump restores with the same meaning but in another shape, so that a dump of the copy differs in text from a dump of the original.
-- A proof must still find the rows equal. Loads after or without zoo.sql: psql -v ON_ERROR_STOP=1 -q -f zoo-reordered.sql URL
set client_min_messages = warning;
create schema reordered;
-- The child's own columns stand before the inherited ones here, and after them in the restored copy.
create table reordered.parent (a integer, b text);
create table reordered.child (own integer, b text, a integer);
alter table reordered.child inherit reordered.parent;
insert into reordered.parent values (1, 'parent');
insert into reordered.child values (10, 'child', 2), (11, 'child', 3);
-- A column added to the parent comes last in the child here, and before the child's own in the copy.
create table reordered.late_parent (a integer);
create table reordered.late_child (own integer) inherits (reordered.late_parent);
alter table reordered.late_parent add added_later text default 'x';
insert into reordered.late_child values (1, 2, 'y');
-- An expression that PostgreSQL prints in another form after it has been dumped and read again.
create table reordered.reprinted (kind varchar(50) check (kind in ('one', 'two')));
insert into reordered.reprinted values ('one'), ('two');
