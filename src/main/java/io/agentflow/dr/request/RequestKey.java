package io.agentflow.dr.request;

import java.util.Base64;
import java.util.Set;

/**
 * A key that requests are signed with, and what it may ask for.
 *
 * @param databases the configured names that requests may name, as source and as target
 */
public record RequestKey(String id, RequestSignature signature, Set<String> databases, Set<RequestedVerb> verbs) {

    boolean signed(OperationRequest request) {
        return signature.fits(
                RequestJson.canonical(request.signedFields()),
                Base64.getDecoder().decode(request.signature()));
    }

    boolean allows(OperationRequest request) {
        return verbs.contains(request.verb())
                && databases.contains(request.database())
                && databases.contains(request.target());
    }
}
