package org.sparkglmm.spark.data;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a machine ran out of, in words: neither the command nor the data are to blame, and another attempt may succeed. Spark passes what
 * befell its tasks on as text, so text is what is looked at; none of it is shown, since it may hold values of the data.
 */
public final class Shortage {
    private static final String MORE_MEMORY =
            ": give the driver or the executors more (--driver-memory, --executor-memory; with"
                    + " scripts/spark-glmm SPARK_GLMM_HEAP)";

    /** The classes that look for the end of a line, at the top of a stack that was short of memory. */
    private static final Pattern IN_A_LINE = Pattern.compile(
            "outofmemoryerror[^\\n]*(\\n[^\\n]*){1,12}(linereader|linerecordreader|hadoop\\.io\\.text)");

    private static final Pattern TOO_SMALL = Pattern.compile("(system|executor) memory .*must be at least");

    /** Spark's jars alone are some 300. */
    private static final long ENOUGH_FILES = 512;

    private Shortage() {}

    /** The sentence, if something ran out. */
    public static Optional<String> of(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String sentence = ofOne(cause);
            if (sentence != null) {
                return Optional.of(sentence);
            }
        }
        return Optional.empty();
    }

    private static String ofOne(Throwable cause) {
        String text = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
        if (text.contains("no space left on device") || text.contains("disk quota exceeded")) {
            return "a disk is full: that of the output, or of spark.local.dir on some machine";
        }
        if (text.contains("too many open files") || (cause instanceof LinkageError && mayOpenFewFiles())) {
            return "too many open files: the limit on some machine is too low for Spark (ulimit -n; 1024 is enough)";
        }
        if (text.contains("unable to create native thread") || text.contains("unable to create new native thread")) {
            return "the machine allows this user no more threads: raise the limit (ulimit -u), or use fewer cores"
                    + " (--master local[2])";
        }
        if (cause instanceof OutOfMemoryError || text.contains("outofmemoryerror")) {
            return (IN_A_LINE.matcher(text).find() || readsALine(cause)
                            ? "out of memory while a line of text was read (does the file have its line ends?)"
                            : "out of memory")
                    + MORE_MEMORY;
        }
        if (TOO_SMALL.matcher(text).find()) {
            return "the heap is too small for Spark, which needs 450 MB at least" + MORE_MEMORY;
        }
        return null;
    }

    /** Whether classes may not be found since their jars cannot be opened: Java then does not say why. */
    private static boolean mayOpenFewFiles() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                && unix.getMaxFileDescriptorCount() < ENOUGH_FILES;
    }

    private static boolean readsALine(Throwable outOfMemory) {
        for (StackTraceElement place : outOfMemory.getStackTrace()) {
            if (place.getClassName().contains("LineReader")
                    || place.getClassName().contains("LineRecordReader")
                    || place.getClassName().equals("org.apache.hadoop.io.Text")) {
                return true;
            }
        }
        return false;
    }
}
