package org.sparkglmm.spark.cli;

import java.io.File;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.hadoop.fs.Path;
import org.sparkglmm.core.UsageException;
import picocli.CommandLine;

/**
 * The locale C, which cron and Airflow give, knows no letter but ASCII's: Java reads arguments and the names of files by it.
 * scripts/spark-glmm chooses another; here is what can be done without.
 */
final class Encoding {
    static final String LOST =
            "an argument holds letters that Java cannot read in this locale, which knows ASCII alone: set"
                    + " LC_ALL=C.UTF-8 (or another locale with UTF-8) where the program is started";

    static final String NAMES =
            "the name of a file holds letters that Java cannot use in this locale, which knows ASCII alone: set"
                    + " LC_ALL=C.UTF-8 (or another locale with UTF-8) where the program is started";

    /** What Java puts in the place of a byte that it cannot read. */
    private static final char REPLACEMENT = '\ufffd';

    private Encoding() {}

    /** Whether the locale has no letters but ASCII's. */
    static boolean isAscii() {
        String names = System.getProperty("sun.jnu.encoding", "");
        return Charset.isSupported(names) && Charset.forName(names).equals(StandardCharsets.US_ASCII);
    }

    /** Whether letters of the arguments are gone. */
    static boolean hasLost(String... arguments) {
        return isAscii() && Arrays.stream(arguments).anyMatch(a -> a.indexOf(REPLACEMENT) >= 0);
    }

    /**
     * Complains about names below a folder of this machine that Java cannot use: listing the folder, Hadoop passes over such files and
     * says nothing, and their rows would be lost.
     */
    static void requireNames(Path folder) {
        boolean ofThisMachine =
                folder.toUri().getScheme() == null || folder.toUri().getScheme().equals("file");
        if (isAscii() && ofThisMachine && holdsLost(new File(folder.toUri().getPath()).getAbsoluteFile())) {
            throw new UsageException(NAMES);
        }
    }

    private static boolean holdsLost(File file) {
        if (file.getName().indexOf(REPLACEMENT) >= 0) {
            return true;
        }
        File[] inside = file.listFiles();
        return inside != null && Arrays.stream(inside).anyMatch(Encoding::holdsLost);
    }

    /** Prints as UTF-8 where the locale would have a question mark for every letter of others. */
    static void print(CommandLine line) {
        if (isAscii()) {
            line.setOut(utf8(System.out));
            line.setErr(utf8(System.err));
        }
    }

    private static PrintWriter utf8(PrintStream stream) {
        return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
    }
}
