package io.agentflow.dr.postgres;

import io.agentflow.dr.core.OperationFailed;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postgresql.core.Parser;

/**
 * What every script of an archive begins with: how pg_dump's session wrote. A setting of the role or of the database could
 * decide that, in backups of versions before pg_dump was told.
 *
 * @param encoding PostgreSQL's name of the encoding that the bytes are in
 * @param standardStrings whether a backslash in a string constant stands for itself
 */
public record ArchivePreamble(String encoding, boolean standardStrings) {
    private static final String NO_ENCODING = "SQL_ASCII";

    private static final Pattern WINDOWS = Pattern.compile("^WIN(?=125\\d$)");
    /** What has another name in Java; most of the others are aliases there. */
    private static final Map<String, String> JAVA = Map.ofEntries(
            Map.entry("LATIN5", "ISO-8859-9"),
            Map.entry("LATIN6", "ISO-8859-10"),
            Map.entry("LATIN7", "ISO-8859-13"),
            Map.entry("LATIN8", "ISO-8859-14"),
            Map.entry("LATIN9", "ISO-8859-15"),
            Map.entry("LATIN10", "ISO-8859-16"),
            Map.entry("ISO_8859_5", "ISO-8859-5"),
            Map.entry("ISO_8859_6", "ISO-8859-6"),
            Map.entry("ISO_8859_7", "ISO-8859-7"),
            Map.entry("ISO_8859_8", "ISO-8859-8"),
            Map.entry("KOI8R", "KOI8-R"),
            Map.entry("KOI8U", "KOI8-U"),
            Map.entry("WIN866", "IBM866"),
            Map.entry("WIN874", "x-windows-874"),
            // Microsoft's, as PostgreSQL's conversions are.
            Map.entry("SJIS", "windows-31j"),
            Map.entry("BIG5", "x-windows-950"),
            Map.entry("UHC", "x-windows-949"),
            Map.entry("JOHAB", "x-Johab"),
            Map.entry("SHIFT_JIS_2004", "x-SJIS_0213"));

    private static final Pattern COMMENTS = Pattern.compile("\\A(?:\\s+|--[^\n]*(?:\n|\\z))+");
    /** psql's own, around what newer versions of pg_dump write. */
    private static final Pattern RESTRICT = Pattern.compile("^\\\\(?:un)?restrict \\w+$", Pattern.MULTILINE);

    private static final Pattern ENCODING = setting("client_encoding", "'(\\w+)'");
    private static final Pattern STRINGS = setting("standard_conforming_strings", "(on|off)");

    /**
     * Reads it.
     *
     * @param script whose beginning it is
     * @param database the encoding of the database that was dumped
     */
    public static ArchivePreamble of(String script, String database) {
        String spoken = value(ENCODING, script);
        // Where one of the two has no encoding the server converts nothing.
        boolean converted = !spoken.equals(NO_ENCODING) && !database.equals(NO_ENCODING);
        return new ArchivePreamble(
                converted ? spoken : database, value(STRINGS, script).equals("on"));
    }

    /** What the bytes of the archive are read with; ASCII where Java does not know the encoding. */
    public Charset charset() {
        // A database without an encoding holds whatever its clients wrote, today mostly UTF-8.
        String name = encoding.equals(NO_ENCODING)
                ? "UTF-8"
                : JAVA.getOrDefault(encoding, WINDOWS.matcher(encoding).replaceFirst("windows-"));
        return Charset.isSupported(name) ? Charset.forName(name) : StandardCharsets.US_ASCII;
    }

    /**
     * Reads it.
     *
     * @throws CharacterCodingException if a byte means nothing in this encoding: what is made must be what was
     */
    public String decoded(byte[] script) throws CharacterCodingException {
        return charset()
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT)
                .decode(ByteBuffer.wrap(script))
                .toString();
    }

    /**
     * The statements of a script, or of a piece of one, without the comments in front of them.
     *
     * @throws SQLException if it is no SQL
     */
    public List<String> statements(String script) throws SQLException {
        String plain = RESTRICT.matcher(script).replaceAll("");
        // pgJDBC's own splitter: it knows strings, quoted names, dollar quotes and comments.
        return Parser.parseJdbcSql(plain, standardStrings, false, true, false, true).stream()
                .map(query -> COMMENTS.matcher(query.nativeSql).replaceFirst("").strip())
                .filter(statement -> !statement.isEmpty())
                .toList();
    }

    private static Pattern setting(String name, String value) {
        return Pattern.compile("^SET " + name + " = " + value + ";$", Pattern.MULTILINE);
    }

    private static String value(Pattern setting, String script) {
        Matcher found = setting.matcher(script);
        if (!found.find()) {
            throw new OperationFailed(
                    "pg_restore does not say in which encoding and with which strings the archive is",
                    "Nothing was changed.");
        }
        return found.group(1);
    }
}
