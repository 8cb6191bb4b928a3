package io.agentflow.dr.restore;

import io.agentflow.dr.core.DatabaseName;
import io.agentflow.dr.core.DatabaseUrl;
import io.agentflow.dr.core.Operation;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.postgres.Connections;
import io.agentflow.dr.postgres.Sql;
import java.util.List;

/** Drops a database, with what keeps one from being dropped. */
final class DropDatabase {
    private final MaintenanceSession session;
    private final DatabaseUrl target;
    private final Operation operation;

    DropDatabase(MaintenanceSession session, DatabaseUrl target, Operation operation) {
        this.session = session;
        this.target = target;
        this.operation = operation;
    }

    /** One that never had the live name: ends whoever is connected, and drops its subscriptions, which never ran. */
    void staging(DatabaseName name) {
        if (!session.exists(name)) {
            return;
        }
        dropSubscriptions(name);
        session.noTemplate(name);
        String drop = "DROP DATABASE IF EXISTS " + Sql.identifier(name.text());
        try {
            session.sql().run(drop + " WITH (FORCE)");
        } catch (OperationFailed e) {
            // Only a superuser may force an autovacuum worker out; a plain drop ends it for anybody.
            session.sql().run(drop);
        }
    }

    /** One that was live: not while somebody is connected, nor while it is a subscriber. */
    void previous(DatabaseName name) {
        List<String> subscriptions = subscriptions(name);
        if (!subscriptions.isEmpty()) {
            throw new Refused(
                    name + " subscribes to " + String.join(", ", subscriptions),
                    "In it, for each: ALTER SUBSCRIPTION … DISABLE; ALTER SUBSCRIPTION … SET (slot_name = NONE);"
                            + " DROP SUBSCRIPTION …; and drop the slot at the publisher.");
        }
        session.noTemplate(name);
        session.sql().run("DROP DATABASE " + Sql.identifier(name.text()));
    }

    private List<String> subscriptions(DatabaseName name) {
        return session.sql()
                .texts(
                        "SELECT s.subname FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid"
                                + " WHERE d.datname = ? ORDER BY 1",
                        name.text());
    }

    private void dropSubscriptions(DatabaseName name) {
        List<String> subscriptions = subscriptions(name);
        if (subscriptions.isEmpty()) {
            return;
        }
        try (Sql sql = Connections.open(target.database(name), operation.sessionName("drop"))) {
            for (String subscription : subscriptions) {
                String alter = "ALTER SUBSCRIPTION " + Sql.identifier(subscription);
                sql.run(alter + " DISABLE");
                sql.run(alter + " SET (slot_name = NONE)");
                sql.run("DROP SUBSCRIPTION " + Sql.identifier(subscription));
            }
        }
    }
}
