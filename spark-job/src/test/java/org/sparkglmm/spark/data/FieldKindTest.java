package org.sparkglmm.spark.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FieldKindTest {
    private static int kind(String text, char decimal) {
        byte[] bytes = ("x" + text + "y").getBytes(StandardCharsets.UTF_8);
        return FieldKind.of(bytes, 1, bytes.length - 1, decimal);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|MISSING",
                "NA|MISSING",
                "' '|BLANK",
                "0|INT",
                "-1|INT",
                "2147483647|INT",
                "2147483648|LONG",
                "-2147483648|INT",
                "9223372036854775807|LONG",
                "-9223372036854775808|LONG",
                "9223372036854775808|HUGE",
                "-9223372036854775809|HUGE",
                "12345678901234567890123|HUGE",
                "007|PADDED_INT",
                "+5|PADDED_INT",
                "-0|PADDED_INT",
                "00|PADDED_INT",
                "0000000000000000000000000000012|PADDED_INT",
                "03000000000|PADDED_LONG",
                "1.5|DECIMAL",
                "1.|DECIMAL",
                ".5|DECIMAL",
                "-.5|DECIMAL",
                "1e5|DECIMAL",
                "1.5E-3|DECIMAL",
                "' 7'|DECIMAL",
                "'7 '|DECIMAL",
                "NaN|NAN",
                "nan|ODD",
                "-NaN|ODD",
                "Inf|ODD",
                "-Infinity|ODD",
                "1D|ODD",
                "1.5f|ODD",
                "0x1|ODD",
                "0x1p3|ODD",
                "1L|TEXT",
                "1_000|TEXT",
                ".|TEXT",
                "-|TEXT",
                "+|TEXT",
                "1e|TEXT",
                "1e+|TEXT",
                "e5|TEXT",
                "1.2.3|TEXT",
                "true|BOOLEAN",
                "FALSE|BOOLEAN",
                "'true '|TEXT",
                "T|TEXT",
                "'1,5'|OTHER_DECIMAL",
                "'1,500.2'|TEXT",
                "2020-01-31|DATE",
                "2020-02-29|DATE",
                "2021-02-29|TEXT",
                "1900-02-29|TEXT",
                "2000-02-29|DATE",
                "2020-13-01|TEXT",
                "2020-1-1|TEXT",
                "0000-01-01|TEXT",
                "2020-01-31 12:30|TIMESTAMP",
                "2020-01-31T12:30:59|TIMESTAMP",
                "2020-01-31 12:30:59.123456|TIMESTAMP",
                "2020-01-31T12:30:59Z|TIMESTAMP",
                "2020-01-31T12:30:59+01:00|TIMESTAMP",
                "2020-01-31 24:00|TEXT",
                "2020-01-31 12:30:60|TEXT",
                "2020-01-31 12:3|TEXT",
                "2020-01-31x|TEXT",
                "12:30|TEXT",
                "01.02.2020|TEXT",
                "\u0661|TEXT",
                "abc|TEXT"
            })
    void kindsOfFields(String text, String kind) throws ReflectiveOperationException {
        int wanted = FieldKind.class.getDeclaredField(kind).getInt(null);
        assertEquals(wanted, kind(text == null ? "" : text, '.'));
    }

    @Test
    void aDecimalCommaMakesTheCommaTheMark() {
        assertEquals(FieldKind.DECIMAL, kind("1,5", ','));
        assertEquals(FieldKind.DECIMAL, kind(",5e3", ','));
        assertEquals(FieldKind.OTHER_DECIMAL, kind("1.5", ','));
        assertEquals(FieldKind.TEXT, kind("1.500,2", ','));
        assertEquals(FieldKind.INT, kind("15", ','));
    }

    @Test
    void numbersAreThoseOfTextNumbers() {
        Random random = new Random(3);
        String signs = "0123456789019+-.eEdDfFxNan ";
        for (int i = 0; i < 200_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = 1 + random.nextInt(i % 7 == 0 ? 22 : 6); n > 0; n--) {
                text.append(signs.charAt(random.nextInt(i % 3 == 0 ? 12 : signs.length())));
            }
            String field = text.toString();
            int kind = kind(field, '.');
            if (kind == FieldKind.MISSING || kind == FieldKind.BLANK) {
                continue;
            }
            assertEquals(TextNumbers.isNumber(field), (kind & FieldKind.NUMBER) != 0, field);
            assertEquals(TextNumbers.isShortestLong(field), (kind & FieldKind.NAMED) != 0, field);
        }
    }
}
