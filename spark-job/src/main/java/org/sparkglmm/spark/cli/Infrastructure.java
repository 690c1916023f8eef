package org.sparkglmm.spark.cli;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.util.Locale;
import java.util.Optional;
import org.apache.hadoop.hdfs.protocol.QuotaExceededException;
import org.apache.hadoop.security.AccessControlException;

/**
 * Failures of the machines rather than of the command or the data, in words: another attempt may succeed. Spark passes what befell its
 * executors on as text, so text is what is looked at; none of it is shown, since it may hold values of the data.
 */
final class Infrastructure {
    private Infrastructure() {}

    static Optional<String> explain(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String text = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
            if (text.contains("no space left on device") || text.contains("disk quota exceeded")) {
                return Optional.of("a disk is full: that of the output, or of spark.local.dir on some machine");
            }
            if (cause instanceof QuotaExceededException || text.contains("dsquotaexceeded")) {
                return Optional.of("the output's space quota is used up");
            }
            if (cause instanceof AccessControlException || cause instanceof AccessDeniedException) {
                return Optional.of("the file system denied access to it");
            }
            if (text.contains("name node is in safe mode")) {
                return Optional.of("HDFS is in safe mode, where nothing can be written; try again later");
            }
            if (cause instanceof OutOfMemoryError
                    || text.contains("java heap space")
                    || text.contains("gc overhead limit")) {
                return Optional.of(
                        "out of memory: give the driver or the executors more (--driver-memory, --executor-memory; with"
                                + " scripts/spark-glmm SPARK_GLMM_HEAP)");
            }
            if (text.contains("executorlostfailure")) {
                boolean killed = text.contains("memory limits")
                        || text.contains("beyond the")
                        || text.contains("exit code 137")
                        || text.contains("exit status: 137")
                        || text.contains("exit code 143")
                        || text.contains("exit status: 143");
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
