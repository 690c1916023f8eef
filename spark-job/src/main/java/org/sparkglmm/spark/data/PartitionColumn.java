package org.sparkglmm.spark.data;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;

/**
 * A column whose values stand in the names of folders: {@code region=01}.
 *
 * @param name as people write it
 * @param sparkName as Spark reads it
 * @param type of its values: text, unless every one of them is the shortest way to write a number, or a date
 * @param repaired what Spark makes of some texts → what they are
 */
record PartitionColumn(String name, String sparkName, DataType type, Map<String, String> repaired) {
    /** What Hive's and everybody's writers call a missing value. */
    static final String MISSING = "__HIVE_DEFAULT_PARTITION__";

    /** So many digits go through a double and back. */
    private static final int DIGITS = 15;

    private static final Pattern DECIMAL = Pattern.compile("-?(0|[1-9][0-9]*)(\\.0|\\.[0-9]*[1-9])?");
    private static final Pattern DATE = Pattern.compile("[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])");

    /**
     * From the folders' names.
     *
     * @param name the part before the equals sign
     * @param values the parts behind it, each once
     * @return null if two of them would become one
     */
    static PartitionColumn of(String name, Set<String> values) {
        Map<String, String> repaired = new HashMap<>();
        Set<String> texts = new TreeSet<>();
        for (String value : values) {
            if (value.equals(MISSING)) {
                continue;
            }
            String text = unescaped(value);
            String before = repaired.put(unescapedBySpark(value), text);
            if (before != null && !before.equals(text)) {
                return null;
            }
            texts.add(text);
        }
        repaired.entrySet().removeIf(e -> e.getKey().equals(e.getValue()));
        return new PartitionColumn(unescaped(name), unescapedBySpark(name), typeOf(texts), repaired);
    }

    private static DataType typeOf(Set<String> texts) {
        if (texts.isEmpty()) {
            return DataTypes.StringType;
        }
        if (texts.stream().allMatch(TextNumbers::isShortestLong)) {
            boolean small = texts.stream().mapToLong(Long::parseLong).allMatch(v -> v == (int) v);
            return small ? DataTypes.IntegerType : DataTypes.LongType;
        }
        if (texts.stream().allMatch(PartitionColumn::isShortDecimal)) {
            // 1 and 1.0 are two texts and one number.
            long numbers = texts.stream()
                    .mapToDouble(t -> Double.parseDouble(t) + 0.0)
                    .distinct()
                    .count();
            return numbers == texts.size() ? DataTypes.DoubleType : DataTypes.StringType;
        }
        return texts.stream().allMatch(t -> DATE.matcher(t).matches() && isDay(t))
                ? DataTypes.DateType
                : DataTypes.StringType;
    }

    private static boolean isShortDecimal(String text) {
        return DECIMAL.matcher(text).matches()
                && text.chars().filter(Character::isDigit).count() <= DIGITS;
    }

    private static boolean isDay(String date) {
        int year = Integer.parseInt(date.substring(0, 4));
        int month = Integer.parseInt(date.substring(5, 7));
        return Integer.parseInt(date.substring(8))
                <= java.time.YearMonth.of(year, month).lengthOfMonth();
    }

    /** A name with what stands in it as %C3%BC, in UTF-8; other bytes are what Spark makes of them. */
    static String unescaped(String name) {
        if (name.indexOf('%') < 0) {
            return name;
        }
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            int code = bytes[i] == '%' ? hex(bytes, i + 1) : -1;
            out.put(code < 0 ? bytes[i] : (byte) code);
            i += code < 0 ? 0 : 2;
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(out.flip()).toString();
        } catch (CharacterCodingException e) {
            return unescapedBySpark(name);
        }
    }

    /** Spark, as Hive, makes a character of each byte. */
    private static String unescapedBySpark(String name) {
        StringBuilder out = new StringBuilder();
        byte[] ascii = name.getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 0; i < name.length(); i++) {
            int code = name.charAt(i) == '%' ? hex(ascii, i + 1) : -1;
            out.append(code < 0 ? name.charAt(i) : (char) code);
            i += code < 0 ? 0 : 2;
        }
        return out.toString();
    }

    /** The byte that two digits stand for, -1 if there are none. */
    private static int hex(byte[] text, int at) {
        if (at + 1 >= text.length) {
            return -1;
        }
        int high = Character.digit((char) text[at], 16);
        int low = Character.digit((char) text[at + 1], 16);
        return high < 0 || low < 0 ? -1 : 16 * high + low;
    }

    /** Names for a sentence. */
    static String names(List<String> keys) {
        List<String> out = new ArrayList<>();
        keys.forEach(k -> out.add(unescaped(k) + "=..."));
        return out.stream().collect(Collectors.joining("/"));
    }
}
