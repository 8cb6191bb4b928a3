package io.agentflow.dr.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ArchiveEntryTest {
    @Test
    void readsKindsOidsAndDependencies() {
        List<ArchiveEntry> entries = ArchiveEntry.parse("""
                ;
                ; Selected TOC Entries:
                ;
                215; 1259 16389 TABLE public users owner
                ;	depends on: 5 7
                3391; 0 16389 TABLE DATA public users owner
                ;	depends on: 215
                3300; 2606 16460 FK CONSTRAINT public users users_tenant_id_fkey owner
                ;	depends on: 215 3290
                """);

        assertThat(entries).extracting(ArchiveEntry::kind).containsExactly("TABLE", "TABLE DATA", "FK CONSTRAINT");
        assertThat(entries.get(0).needs()).isEqualTo(Set.of(5, 7));
        assertThat(entries.get(1).oid()).isEqualTo(16389);
        assertThat(entries.get(2).of("public", "users")).isTrue();
        assertThat(entries.get(2).of("public", "user")).isFalse();
    }

    @Test
    void aTableInASchemaThatIsCalledLikeAKindIsATable() {
        assertThat(ArchiveEntry.parse("1; 1259 2 TABLE DATA t owner\n").get(0).kind())
                .isEqualTo("TABLE");
        assertThat(ArchiveEntry.parse("1; 0 2 TABLE DATA DATA t owner\n").get(0).tag())
                .isEqualTo("DATA t owner");
    }
}
