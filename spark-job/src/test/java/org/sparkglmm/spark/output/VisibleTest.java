package org.sparkglmm.spark.output;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VisibleTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0|\\u0000",
                "8|\\u0008",
                "9|\\t",
                "a|\\n",
                "d|\\r",
                "1b|\\u001b",
                "7f|\\u007f",
                "85|\\u0085",
                "9b|\\u009b",
                "ad|\\u00ad",
                "61c|\\u061c",
                "200b|\\u200b",
                "200e|\\u200e",
                "200f|\\u200f",
                "2028|\\u2028",
                "2029|\\u2029",
                "202a|\\u202a",
                "202e|\\u202e",
                "2066|\\u2066",
                "2069|\\u2069",
                "feff|\\ufeff",
                "d800|\\ud800",
                "e0041|\\udb40\\udc41"
            })
    void whatIsNotSeenIsShown(String codePoint, String shown) {
        String hidden = Character.toString(Integer.parseInt(codePoint, 16));
        assertEquals("a" + shown + "b", Visible.of("a" + hidden + "b"));
    }

    @Test
    void whatIsSeenStays() {
        // The last two: a Persian word that needs its non-joiner, and a family of three, one sign of five code points.
        for (String text : new String[] {
            "",
            "Zoë 15% (a|b) \\n",
            "\u4e2d\u6587",
            "\u05d0\u05d1",
            "a\u0301",
            "\ud83d\ude00",
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
            "\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67"
        }) {
            assertEquals(text, Visible.of(text));
        }
    }

    @Test
    void linesKeepTheirEnds() {
        assertEquals("a\n  \\u001b[2Jb\n", Visible.lines("a\n  \u001b[2Jb\n"));
    }

    @Test
    void aFormulaOverSeveralLinesIsOneLine() {
        assertEquals("y ~ x + (1 | g\\u202e)", Visible.formula("y ~ x +\r\n\t(1 | g\u202e)"));
    }

    @Test
    void jsonSaysTheTextTrulyAndInVisibleCharacters() throws JsonProcessingException {
        String text = "a\n\u001b\u007f\u202e\u2028ü\ud83d\ude00\udb40\udc41\"\\";
        String json = Visible.jsonMapper().writeValueAsString(TextNode.valueOf(text));
        JsonNode read = new ObjectMapper().readTree(json);
        assertEquals(text, read.asText());
        assertEquals("\"a\\n\\u001B\\u007F\\u202E\\u2028ü\ud83d\ude00\udb40\udc41\\\"\\\\\"", json);
    }
}
