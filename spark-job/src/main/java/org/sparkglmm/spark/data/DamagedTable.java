package org.sparkglmm.spark.data;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.util.Optional;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.spark.SparkException;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.UsageException;

/**
 * What a failed job says of the table it read, in a sentence. The kinds of failure are known by their names and places, since
 * some are classes behind Spark's public API; their own messages may quote values and are never shown.
 */
public final class DamagedTable {
    private DamagedTable() {}

    /** The sentence, if the failure is one of reading. */
    public static Optional<DataException> of(Throwable failure) {
        if (Shortage.of(failure).isPresent()) {
            return Optional.empty();
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof DataException said) {
                return Optional.of(said);
            }
            if (cause instanceof UsageException || isAboutWriting(cause)) {
                return Optional.empty();
            }
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String what = kind(cause);
            if (what != null) {
                return Optional.of(new DataException("a file of the table cannot be read: " + what));
            }
        }
        return Optional.empty();
    }

    /** A file could not be written: the table is innocent. */
    private static boolean isAboutWriting(Throwable cause) {
        for (StackTraceElement place : cause.getStackTrace()) {
            if (place.getClassName().contains("OutputWriter")
                    || place.getClassName().contains("ParquetFileWriter")) {
                return true;
            }
        }
        return false;
    }

    private static String kind(Throwable cause) {
        String name = cause.getClass().getName();
        String message = String.valueOf(cause.getMessage());
        if (name.endsWith("SchemaColumnConvertNotSupportedException")
                || message.contains("Parquet column cannot be converted")) {
            return "a column has another type there than in the other files; write all files with the same types";
        }
        if (cause instanceof FileNotFoundException || name.endsWith("SparkFileNotFoundException")) {
            return "it vanished while the table was read; is another program writing there? Run again when it is done";
        }
        if (cause instanceof CharacterCodingException) {
            return "its text is not UTF-8; convert it";
        }
        if (message.contains("CSV header does not conform") || message.contains("column in CSV header is not equal")) {
            return "its header names other columns, or in another order, than the schema or the first file does; make them"
                    + " the same";
        }
        boolean damaged = name.contains("parquet.")
                || name.startsWith("org.apache.orc.")
                || name.contains("snappy")
                || message.contains("is not a Parquet file")
                || cause instanceof UnsupportedOperationException
                || cause instanceof ChecksumException
                || cause instanceof EOFException
                || fromReader(cause);
        return damaged
                ? "it is damaged or was not written to its end; write it again, or restore it from a copy"
                : null;
    }

    /** Bytes that are no page of a column may end in any exception, thrown by the code that unpacks them. */
    private static boolean fromReader(Throwable cause) {
        boolean ofBytes = cause instanceof RuntimeException || cause instanceof IOException;
        if (!ofBytes || cause instanceof SparkException) {
            return false;
        }
        StackTraceElement[] stack = cause.getStackTrace();
        for (int i = 0; i < Math.min(stack.length, 12); i++) {
            String place = stack[i].getClassName();
            boolean reads = place.contains(".datasources.parquet.")
                    || place.contains(".datasources.orc.")
                    || place.contains("org.apache.parquet.")
                    || place.contains("org.apache.orc.")
                    || place.contains("org.xerial.snappy")
                    || place.contains("com.univocity.parsers.csv");
            if (reads) {
                return true;
            }
        }
        return false;
    }
}
