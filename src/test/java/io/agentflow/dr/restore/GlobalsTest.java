package io.agentflow.dr.restore;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class GlobalsTest {
    private final Globals globals = Globals.of("""
            --
            -- PostgreSQL database cluster dump
            --

            \\restrict Xy12
            SET standard_conforming_strings = on;

            CREATE ROLE app;
            ALTER ROLE app WITH NOSUPERUSER LOGIN PASSWORD 'SCRAM-SHA-256$4096:a''b$c:d' VALID UNTIL '2030-01-01';
            COMMENT ON ROLE app IS 'first; line
            CREATE ROLE not_a_role;';
            CREATE ROLE "Odd ""role""; x";
            ALTER ROLE "Odd ""role""; x" WITH NOSUPERUSER;
            CREATE ROLE postgres;
            ALTER ROLE postgres WITH SUPERUSER;

            --
            -- User Config "app"
            --

            ALTER ROLE app SET search_path TO 'a', 'b;c';
            GRANT postgres TO app GRANTED BY postgres;
            GRANT app TO "Odd ""role""; x" WITH ADMIN OPTION GRANTED BY postgres;
            GRANT app TO postgres GRANTED BY postgres;
            GRANT SET ON PARAMETER log_statement TO app;
            GRANT ALL ON PARAMETER "my.own" TO "Odd ""role""; x" WITH GRANT OPTION;
            GRANT SET ON PARAMETER log_statement TO postgres;
            CREATE TABLESPACE fast OWNER postgres LOCATION E'/srv/fa\\'st';
            \\unrestrict Xy12
            """);

    @Test
    void namesTheRolesAndNothingElse() {
        assertThat(globals.roles()).containsExactly("app", "Odd \"role\"; x", "postgres");
    }

    @Test
    void createsARoleWithAllThatIsItsOwn() {
        assertThat(globals.creating(Set.of("app"), true))
                .containsExactly(
                        "CREATE ROLE app",
                        "ALTER ROLE app WITH NOSUPERUSER LOGIN PASSWORD 'SCRAM-SHA-256$4096:a''b$c:d'"
                                + " VALID UNTIL '2030-01-01'",
                        "COMMENT ON ROLE app IS 'first; line\nCREATE ROLE not_a_role;'",
                        "ALTER ROLE app SET search_path TO 'a', 'b;c'",
                        "GRANT postgres TO app GRANTED BY postgres",
                        "GRANT SET ON PARAMETER log_statement TO app");
        assertThat(globals.creating(Set.of("Odd \"role\"; x"), false))
                .contains("GRANT ALL ON PARAMETER \"my.own\" TO \"Odd \"\"role\"\"; x\" WITH GRANT OPTION");
    }

    @Test
    void namesThoseWhoCouldNotLogIn() {
        assertThat(globals.withoutPassword(globals.roles(), false)).containsExactly("app");
        assertThat(globals.withoutPassword(globals.roles(), true)).isEmpty();
    }

    @Test
    void leavesPasswordsOutUnlessTheyAreAskedFor() {
        assertThat(globals.creating(Set.of("app"), false))
                .contains("ALTER ROLE app WITH NOSUPERUSER LOGIN VALID UNTIL '2030-01-01'")
                .noneMatch(statement -> statement.contains("SCRAM"));
    }

    @Test
    void changesNoRoleThatExists() {
        assertThat(globals.creating(Set.of("app"), true)).noneMatch(s -> s.contains("TO postgres"));
        assertThat(globals.leftOut(Set.of("app"))).contains("GRANT app TO postgres GRANTED BY postgres;");
    }

    @Test
    void knowsHowATablespaceWasMade() {
        assertThat(globals.tablespace("fast"))
                .contains("CREATE TABLESPACE fast OWNER postgres LOCATION E'/srv/fa\\'st';");
        assertThat(globals.tablespace("slow")).isEmpty();
    }
}
