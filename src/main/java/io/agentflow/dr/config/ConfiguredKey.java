package io.agentflow.dr.config;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A key that requests are signed with: the keys {@code af.request.key.<id>.…}.
 *
 * @param secretFile holds the shared secret of HMAC-SHA256; null for Ed25519
 * @param publicKeyFile holds the public key of Ed25519; null for HMAC-SHA256
 * @param databases that its requests may name
 * @param operations that its requests may ask for
 */
public record ConfiguredKey(
        String id,
        @Nullable Path secretFile,
        @Nullable Path publicKeyFile,
        List<String> databases,
        List<String> operations) {}
