package io.agentflow.dr.nats;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.security.SecureRandom;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;

/**
 * TLS that goes on only with the server that was meant: the name in its certificate must be that of the address, as RFC
 * 2818 demands of clients of HTTPS. jnats 2.26 itself takes a certificate with any name, and has no other way to say this.
 */
final class NamedServers extends SSLContextSpi {
    private final SSLContext context;

    private NamedServers(SSLContext context) {
        this.context = context;
    }

    /** The same, but looking at names. */
    static SSLContext of(SSLContext context) {
        return new SSLContext(new NamedServers(context), context.getProvider(), context.getProtocol()) {};
    }

    private static SSLParameters withName(SSLParameters parameters) {
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        return parameters;
    }

    @Override
    protected SSLSocketFactory engineGetSocketFactory() {
        return new Sockets(context.getSocketFactory());
    }

    @Override
    protected SSLEngine engineCreateSSLEngine() {
        throw new UnsupportedOperationException("an engine without a name");
    }

    @Override
    protected SSLEngine engineCreateSSLEngine(String host, int port) {
        SSLEngine engine = context.createSSLEngine(host, port);
        engine.setSSLParameters(withName(engine.getSSLParameters()));
        return engine;
    }

    @Override
    protected void engineInit(KeyManager[] keys, TrustManager[] trusted, SecureRandom random) {
        throw new UnsupportedOperationException("it is initialised already");
    }

    @Override
    protected SSLServerSocketFactory engineGetServerSocketFactory() {
        return context.getServerSocketFactory();
    }

    @Override
    protected SSLSessionContext engineGetServerSessionContext() {
        return context.getServerSessionContext();
    }

    @Override
    protected SSLSessionContext engineGetClientSessionContext() {
        return context.getClientSessionContext();
    }

    private static final class Sockets extends SSLSocketFactory {
        private final SSLSocketFactory sockets;

        Sockets(SSLSocketFactory sockets) {
            this.sockets = sockets;
        }

        private static Socket named(Socket made) {
            SSLSocket socket = (SSLSocket) made;
            socket.setSSLParameters(withName(socket.getSSLParameters()));
            return socket;
        }

        @Override
        public Socket createSocket(Socket below, String host, int port, boolean close) throws IOException {
            return named(sockets.createSocket(below, host, port, close));
        }

        @Override
        public Socket createSocket(String host, int port) throws IOException {
            return named(sockets.createSocket(host, port));
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress from, int fromPort) throws IOException {
            return named(sockets.createSocket(host, port, from, fromPort));
        }

        @Override
        public Socket createSocket(InetAddress host, int port) throws IOException {
            return named(sockets.createSocket(host, port));
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress from, int fromPort) throws IOException {
            return named(sockets.createSocket(host, port, from, fromPort));
        }

        @Override
        public String[] getDefaultCipherSuites() {
            return sockets.getDefaultCipherSuites();
        }

        @Override
        public String[] getSupportedCipherSuites() {
            return sockets.getSupportedCipherSuites();
        }
    }
}
