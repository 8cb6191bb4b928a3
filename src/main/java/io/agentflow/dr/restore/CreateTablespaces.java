package io.agentflow.dr.restore;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.postgres.Sql;
import java.util.List;

/**
 * Makes the tablespaces that the database needs and the target lacks from the backup's globals, with their owners,
 * options and privileges; never changes another one. Their directories must be there: only the server's own machine can
 * make them.
 */
public final class CreateTablespaces {

    /**
     * Makes them if that was asked for.
     *
     * @throws Refused if one cannot be made; those before it stay, empty
     */
    public RestoreRun.Planned create(RestoreRun.Planned planned) {
        if (!planned.request().options().createTablespaces()) {
            return planned;
        }
        Sql sql = planned.maintenance().sql();
        Globals globals = Globals.of(
                planned.backup().folder(),
                planned.backup().manifest(),
                planned.request().store().name());
        List<String> missing = planned.backup().manifest().needs().tablespaces().stream()
                .filter(name -> !sql.yes("SELECT EXISTS (SELECT FROM pg_tablespace WHERE spcname = ?)", name))
                .toList();
        for (String name : missing) {
            globals.creatingTablespace(name).forEach(statement -> run(sql, statement));
            planned.operation().events().accept(new OperationEvent.PartDone("tablespace", "created " + name));
        }
        return planned;
    }

    /** No transaction could hold it: making a tablespace is none of a transaction's work. */
    private static void run(Sql sql, String statement) {
        try {
            sql.run(statement);
        } catch (AfException e) {
            if (e.retryable()) {
                throw e;
            }
            throw new Refused(
                    "a tablespace cannot be made (" + statement + "): " + e.fact(),
                    "Make it by hand, or add --no-tablespaces.",
                    e);
        }
    }
}
