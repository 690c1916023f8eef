package org.sparkglmm.spark.cli;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.hadoop.hdfs.protocol.QuotaExceededException;
import org.apache.hadoop.security.AccessControlException;
import org.sparkglmm.spark.data.Shortage;

/**
 * Failures of the machines rather than of the command or the data, in words: another attempt may succeed. Spark passes what befell its
 * executors on as text, so text is what is looked at; none of it is shown, since it may hold values of the data.
 */
final class Infrastructure {
    /** How Spark's executors end when their heap is full, in the words of a standalone Worker and of YARN. */
    private static final Pattern OUT_OF_HEAP = Pattern.compile("(exit|exited with) (code|status:?) 52\\b");

    /** The same for the kernel's or the cluster's kill. */
    private static final Pattern KILLED = Pattern.compile("(exit|exited with) (code|status:?) 1(37|43)\\b");

    private Infrastructure() {}

    static Optional<String> explain(Throwable failure) {
        Optional<String> shortage = Shortage.of(failure);
        if (shortage.isPresent()) {
            return shortage;
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String text = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
            if (cause instanceof QuotaExceededException || text.contains("dsquotaexceeded")) {
                return Optional.of("the output's space quota is used up");
            }
            if (cause instanceof AccessControlException || cause instanceof AccessDeniedException) {
                return Optional.of("the file system denied access to it");
            }
            if (text.contains("name node is in safe mode")) {
                return Optional.of("HDFS is in safe mode, where nothing can be written; try again later");
            }
            if (text.contains("executorlostfailure")) {
                boolean killed = text.contains("memory limits")
                        || text.contains("beyond the")
                        || KILLED.matcher(text).find();
                if (OUT_OF_HEAP.matcher(text).find()) {
                    return Optional.of(
                            "executors were lost again and again, out of memory: raise spark.executor.memory");
                }
                return Optional.of("executors were lost again and again"
                        + (killed
                                ? ", killed most likely for their memory: raise spark.executor.memory or"
                                        + " spark.executor.memoryOverhead"
                                : "; the cluster's logs say why"));
            }
            if (text.contains("cancelled because sparkcontext was shut down")
                    || text.contains("stopped sparkcontext")) {
                return Optional.of(
                        "the Spark application was stopped, from outside or because its master does not answer");
            }
            if (text.contains("could only be written to 0 of")) {
                return Optional.of("HDFS has no node left that could store a file: is a DataNode down or full?");
            }
            if (text.contains("masters are unresponsive")) {
                return Optional.of("no Spark master answers; is --master right, and is it up?");
            }
            if (cause instanceof UnknownHostException) {
                return Optional.of(
                        "a machine of that name is not known; check the host in the paths and in the configuration");
            }
            if (cause instanceof ConnectException) {
                return Optional.of("a file system or the cluster cannot be reached (connection refused)");
            }
        }
        return Optional.empty();
    }
}
