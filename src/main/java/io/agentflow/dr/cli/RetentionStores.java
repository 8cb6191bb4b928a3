package io.agentflow.dr.cli;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.Cancelled;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.store.BackupStore;
import io.agentflow.dr.store.NamedStore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The retention of several stores, one after the other: one that is away, or whose plan is doubtful, keeps no other. */
final class RetentionStores {
    private final Terminal terminal;
    private final List<NamedStore> stores;
    private final List<Map<String, Object>> done = new ArrayList<>();
    private final Map<String, AfException> failed = new LinkedHashMap<>();
    private boolean warned;

    RetentionStores(Terminal terminal, List<NamedStore> stores) {
        this.terminal = terminal;
        this.stores = stores;
    }

    /**
     * What came of one of them.
     *
     * @param fields of its document
     */
    record Done(Map<String, Object> fields, ExitCode code) {}

    /** Whether a line that names a store is needed. */
    boolean several() {
        return stores.size() > 1;
    }

    /** Does it in each. @throws AfException what the only one, or the first of all that failed, has said */
    void each(Function<NamedStore, Done> work) {
        for (NamedStore store : stores) {
            try {
                requirePresent(store.store());
                Done one = work.apply(store);
                done.add(one.fields());
                warned |= one.code() != ExitCode.OK;
            } catch (Cancelled e) {
                throw e;
            } catch (AfException e) {
                failed.put(store.name(), e);
            }
        }
        if (done.isEmpty()) {
            String first = failed.keySet().iterator().next();
            AfException thrown = Objects.requireNonNull(failed.remove(first));
            sayFailed();
            throw thrown;
        }
        sayFailed();
    }

    private void sayFailed() {
        failed.forEach((store, why) -> terminal.sayDoubt(store + ": ", why));
    }

    /** A disk that is not mounted holds more than nothing. */
    private void requirePresent(BackupStore store) {
        if (several() && !store.remote()) {
            StoresMeant.requirePresent(store);
        }
    }

    /** Whether there was one that came to nothing. */
    boolean failed() {
        return !failed.isEmpty();
    }

    ExitCode code() {
        return warned || !failed.isEmpty() ? ExitCode.WARNINGS : ExitCode.OK;
    }

    /** As it always was of one store; of several each in a list. */
    JsonDocument document(String kind) {
        JsonDocument document = new JsonDocument(kind, code() == ExitCode.OK ? "ok" : "warnings");
        if (!several()) {
            done.get(0).forEach(document::with);
            return document;
        }
        Map<String, @Nullable String> why = new LinkedHashMap<>();
        failed.forEach((store, failure) -> why.put(store, failure.fact()));
        return document.with("stores", done).with("failed", why);
    }
}
