package io.agentflow.dr.store;

import io.agentflow.dr.core.AfException;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What has become of an upload, by the store's own word. Each bears a mark that no other upload bears: when an answer gets
 * lost, it tells whether what is there now is ours.
 */
public final class UploadOutcome {
    private final ObjectStore store;
    private final Function<ObjectKey, Optional<Found>> look;

    /**
     * What is there.
     *
     * @param mark of the upload that made it; null if it bore none
     */
    public record Found(StoredObject object, @Nullable String mark) {}

    /** @param look asks the store; throws an {@link AfException} if it does not answer */
    public UploadOutcome(ObjectStore store, Function<ObjectKey, Optional<Found>> look) {
        this.store = store;
        this.look = look;
    }

    /** What was just stored. @throws StoreUnreachable if it is not there, or not all of it */
    public StoredObject confirmed(ObjectKey key, ObjectContent content) {
        return confirmed(
                content,
                look.apply(key)
                        .orElseThrow(() ->
                                StoreUnreachable.passing(store, "'" + key + "' was stored and is not there", null))
                        .object());
    }

    /** What the store said that it has. @throws StoreUnreachable if that is not all of it */
    public StoredObject confirmed(ObjectContent content, StoredObject there) {
        if (there.bytes() != content.bytes()) {
            throw StoreUnreachable.passing(
                    store,
                    "'" + there.key() + "' has " + there.bytes() + " bytes there instead of " + content.bytes(),
                    null);
        }
        return there;
    }

    /**
     * What has become of an upload that failed. An answer may have been lost: then the client asked again, and was told
     * that the key is taken, by itself.
     *
     * @param mark of that upload
     * @return what is stored if it is ours; nothing if nothing is there, or nobody knows
     * @throws ObjectExists if somebody else's is there
     */
    public Optional<StoredObject> after(RuntimeException failure, ObjectKey key, ObjectContent content, String mark) {
        Optional<Found> there;
        try {
            there = look.apply(key);
        } catch (AfException e) {
            // Who cannot even be asked has said enough by the first failure.
            failure.addSuppressed(e);
            return Optional.empty();
        }
        if (there.isPresent() && !mark.equals(there.get().mark())) {
            throw new ObjectExists(store, key);
        }
        return there.map(found -> confirmed(content, found.object()));
    }
}
