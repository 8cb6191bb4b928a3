package io.agentflow.dr.route;

import java.io.InputStream;
import org.apache.camel.Exchange;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.InputStreamEntity;

/**
 * The body of an upload by Camel's {@code http} component, with its length. Without it the bytes go in chunks, and when
 * they break off, the client ends them as if they were all: the server then keeps half a file under its name (measured).
 */
public final class SizedBody {
    /** The stream, of as many bytes as the variable {@code bytes} says. */
    public HttpEntity of(InputStream body, Exchange exchange) {
        long bytes = exchange.getVariable("bytes", Long.class);
        return new InputStreamEntity(body, bytes, ContentType.APPLICATION_OCTET_STREAM);
    }
}
