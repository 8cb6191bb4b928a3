package io.agentflow.dr.restore;

import io.agentflow.dr.core.Operation;
import io.agentflow.dr.postgres.PgCommand;
import io.agentflow.dr.process.ExternalProgram;
import io.agentflow.dr.process.RunningProgram;
import io.agentflow.dr.process.ToolRun;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One run of pg_restore: hears its messages, tells progress, and ends it at the first error that counts. */
public final class LoadRun implements ToolRun {
    private static final Pattern FINISHED = Pattern.compile("pg_restore: finished item \\d+ TABLE DATA .*");

    /** Only what cannot change a row: everything else ends the restore. */
    private static final Pattern HARMLESS = Pattern.compile(
            ".*(must be owner of extension|unrecognized configuration parameter \"(transaction_timeout|default_table_access_method)\").*");

    private final RestoreRun.Staged staged;
    private final PgCommand command;
    private final List<String> warnings = new ArrayList<>();
    private final LoadProgress progress;
    private @Nullable String error;

    LoadRun(RestoreRun.Staged staged, PgCommand command, LoadProgress progress) {
        this.staged = staged;
        this.command = command;
        this.progress = progress;
    }

    public RestoreRun.Staged staged() {
        return staged;
    }

    @Override
    public Operation operation() {
        return staged.operation();
    }

    @Override
    public ExternalProgram program() {
        return command.program();
    }

    @Override
    public synchronized void said(RunningProgram program, String line) {
        if (FINISHED.matcher(line).matches()) {
            progress.finishedOne();
        } else if (line.startsWith("pg_restore: error: ") && error == null) {
            classify(program, line);
        }
    }

    private void classify(RunningProgram program, String line) {
        if (HARMLESS.matcher(line).matches()) {
            warnings.add(line.substring("pg_restore: error: ".length()));
        } else {
            error = line.substring("pg_restore: error: ".length());
            program.close();
        }
    }

    synchronized @Nullable String error() {
        return error;
    }

    synchronized List<String> warnings() {
        return List.copyOf(warnings);
    }
}
