package io.agentflow.dr.nats;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** What TLS is done with: whom we trust, and who we are. Read anew for each connection, as certificates are renewed. */
final class Certificates {
    private Certificates() {}

    /**
     * Reads them.
     *
     * @throws IOException if a file cannot be read, or holds something else
     */
    static SSLContext read(NatsSettings.Tls tls) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(ours(tls), trusted(tls.authorities()), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("the certificates cannot be used: " + e.getMessage(), e);
        }
    }

    private static TrustManager @Nullable [] trusted(@Nullable Path authorities)
            throws IOException, GeneralSecurityException {
        if (authorities == null) {
            // Those that Java trusts.
            return null;
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (InputStream file = Files.newInputStream(authorities)) {
            int number = 0;
            for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(file)) {
                store.setCertificateEntry("authority-" + number++, one);
            }
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    private static KeyManager @Nullable [] ours(NatsSettings.Tls tls) throws IOException, GeneralSecurityException {
        Path keystore = tls.keystore();
        Path file = tls.password();
        if (keystore == null || file == null) {
            return null;
        }
        char[] password = Files.readString(file).strip().toCharArray();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream content = Files.newInputStream(keystore)) {
            store.load(content, password);
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, password);
        return factory.getKeyManagers();
    }
}
