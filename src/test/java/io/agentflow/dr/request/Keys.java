package io.agentflow.dr.request;

/** A pair of keys of tests, made by {@code openssl genpkey -algorithm ed25519}. */
final class Keys {
    static final String PRIVATE = "-----BEGIN PRIVATE KEY-----\n"
            + "MC4CAQAwBQYDK2VwBCIEIGLBQYZaBd7bwkP2BT4GmpQ46YpK0HkgLrTxXEKWa3Bl\n" + "-----END PRIVATE KEY-----\n";
    static final String PUBLIC = "-----BEGIN PUBLIC KEY-----\n"
            + "MCowBQYDK2VwAyEA5icCpkELjvBeOueKlqE23ly16UvF3ZCqS/ceaE+HA7w=\n" + "-----END PUBLIC KEY-----\n";

    private Keys() {}
}
