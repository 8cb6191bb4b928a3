package io.agentflow.dr.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentflow.dr.core.OperationFailed;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArchivePreambleTest {
    private static ArchivePreamble of(String spoken, String strings, String database) {
        return ArchivePreamble.of(
                "--\n-- PostgreSQL database dump\n--\n\nSET lock_timeout = 0;\nSET client_encoding = '" + spoken
                        + "';\nSET standard_conforming_strings = " + strings + ";\n",
                database);
    }

    @Test
    void theArchiveSaysHowItWasWritten() {
        assertThat(of("WIN1252", "off", "UTF8")).isEqualTo(new ArchivePreamble("WIN1252", false));
        assertThat(of("WIN1252", "off", "UTF8").charset()).isEqualTo(Charset.forName("windows-1252"));
        assertThat(of("UTF8", "on", "LATIN1")).isEqualTo(new ArchivePreamble("UTF8", true));
    }

    @ParameterizedTest
    @CsvSource({
        "UTF8, é語",
        "LATIN1, é",
        "LATIN2, ő",
        "LATIN3, ĉ",
        "LATIN4, ū",
        "LATIN5, ğ",
        "LATIN7, ū",
        "LATIN9, €",
        "LATIN10, ș",
        "ISO_8859_5, ж",
        "ISO_8859_6, ب",
        "ISO_8859_7, λ",
        "ISO_8859_8, א",
        "KOI8R, ж",
        "KOI8U, ї",
        "WIN866, ж",
        "WIN874, ก",
        "WIN1250, ő",
        "WIN1258, ₫",
        "EUC_JP, 語",
        "EUC_CN, 语",
        "EUC_KR, 한",
        "EUC_TW, 語",
        "SJIS, ①",
        "BIG5, 語",
        "GBK, 語",
        "GB18030, 𠀀",
        "UHC, 똠",
        "JOHAB, 한",
        "SHIFT_JIS_2004, 語"
    })
    void itsEncodingIsKnown(String encoding, String letters) {
        Charset charset = of(encoding, "on", "UTF8").charset();

        assertThat(new String(letters.getBytes(charset), charset)).isEqualTo(letters);
    }

    @Test
    void anEncodingThatJavaDoesNotKnowIsNotGuessed() {
        assertThat(of("MULE_INTERNAL", "on", "MULE_INTERNAL").charset()).isEqualTo(StandardCharsets.US_ASCII);
    }

    @Test
    void whereOneSideHasNoEncodingNothingWasConverted() {
        assertThat(of("SQL_ASCII", "on", "LATIN1").encoding()).isEqualTo("LATIN1");
        assertThat(of("WIN1252", "on", "SQL_ASCII").encoding()).isEqualTo("SQL_ASCII");
        assertThat(of("WIN1252", "on", "SQL_ASCII").charset()).isEqualTo(StandardCharsets.UTF_8);
    }

    @Test
    void anArchiveThatDoesNotSayIsNotGuessed() {
        assertThatThrownBy(() -> ArchivePreamble.of("SET client_encoding = 'UTF8';", "UTF8"))
                .isInstanceOf(OperationFailed.class);
    }
}
