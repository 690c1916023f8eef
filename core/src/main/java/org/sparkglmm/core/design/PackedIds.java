package org.sparkglmm.core.design;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Ids as they travel: numbers as distances from the smallest where these fit an int, texts a byte a character where that does. */
interface PackedIds {

    int bytes();

    void write(ByteBuffer out);

    /** Ids {@code order[from]} to {@code order[to - 1]}. */
    static PackedIds of(ClusterIds ids, int[] order, int from, int to) {
        if (ids.areNumbers()) {
            long[] numbers = new long[to - from];
            for (int j = from; j < to; j++) {
                numbers[j - from] = ids.number(order[j]);
            }
            return new Numbers(numbers);
        }
        String[] texts = new String[to - from];
        for (int j = from; j < to; j++) {
            texts[j - from] = ids.text(order[j]);
        }
        return new Texts(texts);
    }

    /** Adds n ids to a column of their kind. */
    static void read(ByteBuffer in, int n, ClusterIds into) {
        if (into.areNumbers()) {
            Numbers.read(in, n, into);
        } else {
            Texts.read(in, n, into);
        }
    }

    /** Long ids. */
    final class Numbers implements PackedIds {
        private final long[] ids;
        private final long least;
        private final boolean narrow;

        private Numbers(long[] ids) {
            this.ids = ids;
            long min = Long.MAX_VALUE;
            long max = Long.MIN_VALUE;
            for (long id : ids) {
                min = Math.min(min, id);
                max = Math.max(max, id);
            }
            least = min;
            // A distance beyond a long's range comes out negative.
            narrow = max - min >= 0 && max - min <= Integer.MAX_VALUE;
        }

        @Override
        public int bytes() {
            return 1 + (narrow ? Long.BYTES + ids.length * Integer.BYTES : ids.length * Long.BYTES);
        }

        @Override
        public void write(ByteBuffer out) {
            out.put((byte) (narrow ? 1 : 0));
            if (narrow) {
                out.putLong(least);
                for (long id : ids) {
                    out.putInt((int) (id - least));
                }
            } else {
                for (long id : ids) {
                    out.putLong(id);
                }
            }
        }

        private static void read(ByteBuffer in, int n, ClusterIds into) {
            boolean narrow = in.get() == 1;
            long least = narrow ? in.getLong() : 0;
            for (int j = 0; j < n; j++) {
                into.add(narrow ? least + in.getInt() : in.getLong());
            }
        }
    }

    /** Text ids; character by character, so that no text, well-formed or not, becomes another. */
    final class Texts implements PackedIds {
        private static final int LATIN = 0xff;

        private final String[] ids;
        private final boolean narrow;
        private final int characters;

        private Texts(String[] ids) {
            this.ids = ids;
            int sum = 0;
            int widest = 0;
            for (String id : ids) {
                sum += id.length();
                for (int c = 0; c < id.length(); c++) {
                    widest |= id.charAt(c);
                }
            }
            characters = sum;
            narrow = widest <= LATIN;
        }

        @Override
        public int bytes() {
            return 1 + ids.length * Integer.BYTES + characters * (narrow ? 1 : Character.BYTES);
        }

        @Override
        public void write(ByteBuffer out) {
            out.put((byte) (narrow ? 1 : 0));
            for (String id : ids) {
                out.putInt(id.length());
                if (narrow) {
                    out.put(id.getBytes(StandardCharsets.ISO_8859_1));
                } else {
                    for (int c = 0; c < id.length(); c++) {
                        out.putChar(id.charAt(c));
                    }
                }
            }
        }

        private static void read(ByteBuffer in, int n, ClusterIds into) {
            boolean narrow = in.get() == 1;
            for (int j = 0; j < n; j++) {
                int length = in.getInt();
                if (narrow) {
                    byte[] latin = new byte[length];
                    in.get(latin);
                    into.add(new String(latin, StandardCharsets.ISO_8859_1));
                } else {
                    char[] characters = new char[length];
                    for (int c = 0; c < length; c++) {
                        characters[c] = in.getChar();
                    }
                    into.add(new String(characters));
                }
            }
        }
    }
}
