package org.sparkglmm.spark.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.sparkglmm.spark.cli.TestSession;

class RecordScannerTest {
    @AfterAll
    static void down() {
        TestSession.stop();
    }

    /** Keeps everything. */
    private static final class Kept implements RecordScanner.Sink {
        private final List<List<String>> records = new ArrayList<>(List.of(new ArrayList<>()));
        private boolean irregular;

        @Override
        public void field(byte[] bytes, int from, int to) {
            records.get(records.size() - 1).add(new String(bytes, from, to - from, StandardCharsets.UTF_8));
        }

        @Override
        public void record(boolean isIrregular) {
            irregular |= isIrregular;
            records.add(new ArrayList<>());
        }
    }

    private static RecordScanner scan(Kept kept, TextDialect dialect, String... lines) {
        RecordScanner scanner = new RecordScanner(dialect, kept);
        for (String line : lines) {
            byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
            scanner.line(bytes, 0, bytes.length);
        }
        return scanner;
    }

    private static List<List<String>> records(String... lines) {
        Kept kept = new Kept();
        assertFalse(scan(kept, TextDialect.DEFAULT, lines).isOpen());
        assertFalse(kept.irregular);
        return kept.records.subList(0, kept.records.size() - 1);
    }

    @Test
    void fieldsOfRfc4180() {
        assertEquals(List.of(List.of("a", "", "c d", "")), records("a,,c d,"));
        assertEquals(List.of(List.of("Clinic \"Nord\", 3", "1")), records("\"Clinic \"\"Nord\"\", 3\",1"));
        assertEquals(List.of(List.of("C:\\dir\\", "\"", "")), records("\"C:\\dir\\\",\"\"\"\",\"\""));
        assertEquals(List.of(List.of("a\nb\n\n", "2"), List.of("c", "3")), records("\"a", "b", "", "\",2", "c,3"));
        assertEquals(List.of(List.of("5\" pipe", " \"x\"")), records("5\" pipe, \"x\""));
    }

    @Test
    void whatStandsBehindAClosingQuoteIsIrregular() {
        for (String line : List.of("\"a\"b,1", "\"a\" ,1", "\"say \\\"hi\\\"\",1", "\"\"a,1")) {
            Kept kept = new Kept();
            scan(kept, TextDialect.DEFAULT, line);
            assertTrue(kept.irregular, line);
        }
        assertTrue(scan(new Kept(), TextDialect.DEFAULT, "1,\"a").isOpen());
    }

    @Test
    void quotesMayBeOthersOrNone() {
        Kept kept = new Kept();
        scan(kept, TextDialect.of(";", "'", null, null, null), "'it''s; so';\"x\"");
        assertEquals(List.of("it's; so", "\"x\""), kept.records.get(0));
        Kept plain = new Kept();
        scan(plain, TextDialect.of("tab", "none", null, null, null), "\"a\t'b");
        assertEquals(List.of("\"a", "'b"), plain.records.get(0));
    }

    /** Of any line at all: what is cut here is cut by Spark's reader at the same places. */
    @Test
    void sparkReadsTheSameFields() {
        Random random = new Random(8);
        String signs = "ab1,,,\"\"\"\\ ;'\u00e9\t#";
        List<String> lines = new ArrayList<>();
        List<List<String>> wanted = new ArrayList<>();
        while (lines.size() < 20_000) {
            StringBuilder line = new StringBuilder();
            for (int n = random.nextInt(14); n >= 0; n--) {
                line.append(signs.charAt(random.nextInt(signs.length())));
            }
            Kept kept = new Kept();
            boolean open = scan(kept, TextDialect.DEFAULT, line.toString()).isOpen();
            if (!open && !kept.irregular && !line.toString().isBlank()) {
                lines.add(line.toString());
                wanted.add(kept.records.get(0));
            }
        }
        StructType types = new StructType();
        for (int c = 0; c < 20; c++) {
            types = types.add("c" + c, DataTypes.StringType);
        }
        List<Row> rows = TestSession.get()
                .read()
                .schema(types)
                .option("quote", "\"")
                .option("escape", "\"")
                .option("nullValue", "NA")
                .csv(TestSession.get().createDataset(lines, Encoders.STRING()))
                .collectAsList();
        assertEquals(lines.size(), rows.size());
        for (int i = 0; i < lines.size(); i++) {
            for (int c = 0; c < 20; c++) {
                String read = rows.get(i).isNullAt(c) ? "" : rows.get(i).getString(c);
                String field = c < wanted.get(i).size() ? wanted.get(i).get(c) : "";
                assertEquals(field, read, lines.get(i));
            }
        }
    }
}
