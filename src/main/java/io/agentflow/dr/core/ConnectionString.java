package io.agentflow.dr.core;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads connection strings the way libpq does. No library on Maven Central does: pgJDBC reads its own URLs only.
 *
 * @see <a href="https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING">libpq, 34.1.1</a>
 */
final class ConnectionString {
    private static final Pattern URI =
            Pattern.compile("postgres(?:ql)?://(?:(?<user>[^:@/?]*)(?::(?<password>[^@/?]*))?@)?(?<hosts>[^@/?]*)"
                    + "(?:/(?<dbname>[^?]*))?(?:\\?(?<query>.*))?");
    private static final Pattern HOST = Pattern.compile("(\\[[^]]*]|[^:]*)(?::(\\d*))?");
    private static final Pattern PAIR =
            Pattern.compile("\\s*([A-Za-z_]+)\\s*=\\s*(?:'((?:[^'\\\\]|\\\\.)*)'|((?:[^\\s'\\\\]|\\\\.)*))(?=\\s|$)");

    private ConnectionString() {}

    static Map<String, String> keywords(String text) {
        if (text.startsWith("postgresql://") || text.startsWith("postgres://")) {
            return fromUri(text);
        }
        if (text.contains("://")) {
            throw malformed("it is not a postgresql:// URI");
        }
        return text.contains("=") ? fromPairs(text) : Map.of("dbname", text);
    }

    private static Map<String, String> fromUri(String text) {
        Matcher uri = URI.matcher(text);
        if (!uri.matches()) {
            throw malformed("a '/', '?', ':' or '@' inside the user name or password must be percent-encoded");
        }
        Map<String, String> keywords = new LinkedHashMap<>();
        for (String part : new String[] {"user", "password", "dbname"}) {
            put(keywords, part, uri.group(part));
        }
        hosts(uri.group("hosts"), keywords);
        if (uri.group("query") != null) {
            for (String pair : uri.group("query").split("&", -1)) {
                int equals = pair.indexOf('=');
                if (equals < 1) {
                    throw malformed("a parameter after '?' has no '='");
                }
                put(keywords, decode(pair.substring(0, equals)), pair.substring(equals + 1));
            }
        }
        return keywords;
    }

    private static void hosts(String text, Map<String, String> keywords) {
        StringBuilder hosts = new StringBuilder();
        StringBuilder ports = new StringBuilder();
        for (String one : text.split(",", -1)) {
            Matcher host = HOST.matcher(one);
            if (!host.matches()) {
                throw malformed("'" + one.replaceAll(".*@", "") + "' is not host:port");
            }
            hosts.append(hosts.isEmpty() ? "" : ",").append(host.group(1).replaceAll("[\\[\\]]", ""));
            ports.append(ports.isEmpty() ? "" : ",").append(host.group(2) == null ? "" : host.group(2));
        }
        put(keywords, "host", hosts.toString());
        put(keywords, "port", ports.toString());
    }

    private static void put(Map<String, String> keywords, String keyword, String encoded) {
        if (encoded != null && !encoded.isEmpty()) {
            keywords.put(keyword, decode(encoded));
        }
    }

    private static Map<String, String> fromPairs(String text) {
        Map<String, String> keywords = new LinkedHashMap<>();
        Matcher pair = PAIR.matcher(text);
        int end = 0;
        while (pair.find() && pair.start() == end) {
            String value = pair.group(2) == null ? pair.group(3) : pair.group(2);
            keywords.put(pair.group(1), value.replaceAll("\\\\(.)", "$1"));
            end = pair.end();
        }
        if (!text.substring(end).isBlank()) {
            throw malformed("it is not a list of keyword=value");
        }
        return keywords;
    }

    /** Percent-decoding as in RFC 3986: unlike {@code URLDecoder} it leaves {@code +} alone. */
    private static String decode(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < encoded.length; i++) {
            if (encoded[i] == '%') {
                try {
                    bytes.write(Integer.parseInt(new String(encoded, i + 1, 2, StandardCharsets.US_ASCII), 16));
                } catch (IndexOutOfBoundsException | NumberFormatException e) {
                    throw malformed("a '%' is not followed by two hex digits (write a plain '%' as %25)");
                }
                i += 2;
            } else {
                bytes.write(encoded[i]);
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static UsageError malformed(String why) {
        return new UsageError(
                "the connection string cannot be read: " + why,
                "Write it as postgresql://user:password@host:port/database, special characters percent-encoded.");
    }
}
