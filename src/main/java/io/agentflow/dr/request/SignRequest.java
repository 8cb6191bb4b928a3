package io.agentflow.dr.request;

import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

/** Makes a signed request of its fields. */
public final class SignRequest {
    private static final String UNSIGNED = "A".repeat(43) + "=";

    private final RequestSignature signature;

    public SignRequest(RequestSignature signature) {
        this.signature = signature;
    }

    /**
     * Signs.
     *
     * @param fields all but the signature
     * @throws IllegalArgumentException if they make no request; says why
     */
    public OperationRequest sign(Map<String, String> fields) {
        Map<String, String> all = new TreeMap<>(fields);
        all.put(RequestField.SIGNATURE.text(), UNSIGNED);
        OperationRequest unsigned = OperationRequest.of(all);
        byte[] made = signature.sign(RequestJson.canonical(unsigned.signedFields()));
        all.put(RequestField.SIGNATURE.text(), Base64.getEncoder().encodeToString(made));
        return OperationRequest.of(all);
    }
}
