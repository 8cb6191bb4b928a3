package io.agentflow.dr.testing;

/** A database large enough to have a middle: AgentFlow's tables, and one of 10 MB whose rows hardly compress. */
public final class Ballast {
    private Ballast() {}

    public static ADatabase in(LocalPostgres cluster, String name) {
        return cluster.database(name)
                .agentflow()
                .with("CREATE TABLE ballast (id integer PRIMARY KEY, load text NOT NULL);"
                        + " INSERT INTO ballast SELECT i, md5(i::text) || md5((i * 7)::text) || md5((i * 13)::text)"
                        + " || md5((i * 29)::text) || md5((i * 31)::text) FROM generate_series(1, 60000) i");
    }
}
