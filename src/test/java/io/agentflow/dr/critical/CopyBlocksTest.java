package io.agentflow.dr.critical;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class CopyBlocksTest {
    private static CopyBlocks blocks(String script) {
        return new CopyBlocks(new ByteArrayInputStream(script.getBytes(UTF_8)), UTF_8);
    }

    private static String rows(CopyBlocks.Block block) throws IOException {
        return new String(block.rows().readAllBytes(), UTF_8);
    }

    @Test
    void eachTableHasItsOwnRows() throws IOException {
        CopyBlocks blocks = blocks("""
                SET x = 0;
                --
                -- TOC entry 12 (class 1259 OID 16389)
                -- Name: a; Type: TABLE DATA
                --

                COPY public.a (id, "odd ( name") FROM stdin;
                1\tx
                2\t\\\\.
                \\.


                -- TOC entry 13 (class 1259 OID 16390)
                COPY public.empty (id) FROM stdin;
                \\.
                """);

        CopyBlocks.Block first = blocks.next();
        assertThat(first.entry()).isEqualTo(12);
        assertThat(first.target()).isEqualTo("public.a (id, \"odd ( name\")");
        assertThat(rows(first)).isEqualTo("1\tx\n2\t\\\\.\n");
        CopyBlocks.Block second = blocks.next();
        assertThat(second.entry()).isEqualTo(13);
        assertThat(rows(second)).isEmpty();
        assertThat(blocks.next()).isNull();
    }

    @Test
    void aNameMayHoldALineFeed() throws IOException {
        CopyBlocks.Block block =
                blocks("COPY public.\"a\nb\" (id) FROM stdin;\n1\n\\.\n").next();

        assertThat(block.target()).isEqualTo("public.\"a\nb\" (id)");
        assertThat(rows(block)).isEqualTo("1\n");
    }

    @Test
    void rowsThatBreakOffAreNoRows() throws IOException {
        CopyBlocks.Block block = blocks("COPY public.a (id) FROM stdin;\n1\n2").next();

        assertThatThrownBy(() -> rows(block)).isInstanceOf(IOException.class);
    }

    @Property(tries = 200)
    void whateverStandsInTheRowsComesOutAsItWentIn(
            @ForAll @Size(max = 30) List<@CharRange(from = 'a', to = 'd') Character> picks) throws IOException {
        List<String> pieces = List.of("x", "\\\\", ".", "\t");
        StringBuilder rows = new StringBuilder();
        // A row as COPY writes it never begins with one backslash and a full stop.
        picks.forEach(pick -> rows.append(pieces.get(pick - 'a')).append(pick == 'a' ? "\n" : ""));
        rows.append("end\n");
        CopyBlocks.Block block =
                blocks("COPY public.a (id) FROM stdin;\n" + rows + "\\.\nCOPY").next();

        assertThat(rows(block)).isEqualTo(rows.toString());
    }
}
