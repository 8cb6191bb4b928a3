package io.agentflow.dr.postgres;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What belongs to the database itself and not to anything in it.
 *
 * @param localeProvider {@code c} libc, {@code i} ICU, {@code b} builtin, as in pg_database
 * @param locale of the ICU or builtin provider
 * @param icuRules rules that change the locale's order (PostgreSQL 16 or newer)
 * @param publicSchema whether the schema {@code public} exists: a new database has one, and no dump drops it
 * @param grants null when the privileges are the default ones
 */
public record DatabaseProperties(
        String owner,
        String encoding,
        String localeProvider,
        String collate,
        String ctype,
        @Nullable String locale,

        @JsonProperty(required = false) @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
        String icuRules,

        @Nullable String collationVersion,
        String tablespace,
        int connectionLimit,
        boolean template,
        boolean publicSchema,
        @Nullable String comment,
        @Nullable List<Grant> grants,
        List<Setting> settings) {
    /** The first version in which a database's locale can be another provider's than libc's. */
    private static final int PROVIDERS = 15;

    /** One privilege of one role; the role is {@code PUBLIC} when {@code role} is null. */
    public record Grant(@Nullable String role, String privilege, boolean grantable) {}

    /** What {@code ALTER DATABASE … SET} or, with a role, {@code ALTER ROLE … IN DATABASE … SET} set. */
    public record Setting(@Nullable String role, String name, String value) {}

    /**
     * What {@code CREATE DATABASE} needs to make an empty database in which the same text means the same.
     *
     * @param major of the server that is to make it
     */
    public String creationOptions(int major) {
        StringBuilder options = new StringBuilder(" TEMPLATE template0 ENCODING ").append(Sql.literal(encoding));
        options.append(" LC_COLLATE ").append(Sql.literal(collate));
        options.append(" LC_CTYPE ").append(Sql.literal(ctype));
        if (localeProvider.equals("i")) {
            options.append(" LOCALE_PROVIDER icu ICU_LOCALE ").append(Sql.literal(String.valueOf(locale)));
            if (icuRules != null) {
                options.append(" ICU_RULES ").append(Sql.literal(icuRules));
            }
        } else if (localeProvider.equals("b")) {
            options.append(" LOCALE_PROVIDER builtin BUILTIN_LOCALE ").append(Sql.literal(String.valueOf(locale)));
        } else if (major >= PROVIDERS) {
            // Else it would be that of the cluster's template0.
            options.append(" LOCALE_PROVIDER libc");
        }
        return options.toString();
    }
}
