package org.sparkglmm.spark.cli;

import java.io.PrintWriter;
import java.util.function.Supplier;
import org.apache.hadoop.util.ShutdownHookManager;

/**
 * Ends of a process that its main thread does not bring about: a signal (Ctrl-C, a scheduler's kill), and memory that ran out in one of
 * Spark's threads, whose job would otherwise wait for ever. Whoever comes first, such an end or the command's own, says the one sentence
 * and writes the status; what breaks afterwards, since everything is being stopped, is not news.
 */
final class ProcessEnd {
    static final String STOPPED = "stopped from outside (Ctrl-C, or a signal of whoever started it);"
            + " fit with --on-exists resume goes on where it was";

    /** Before Spark's own hook (40), which stops the session under the command's feet. */
    private static final int BEFORE_SPARK = 90;

    private final Supplier<StatusFile> status;
    private final PrintWriter console;
    private boolean told;

    private ProcessEnd(Supplier<StatusFile> status, PrintWriter console) {
        this.status = status;
        this.console = console;
    }

    /** For a run of which nothing is known but from itself: one inside another program. */
    static ProcessEnd unwatched(Supplier<StatusFile> status, PrintWriter console) {
        return new ProcessEnd(status, console);
    }

    /** For a process of our own. */
    static ProcessEnd watched(Supplier<StatusFile> status, PrintWriter console) {
        ProcessEnd end = new ProcessEnd(status, console);
        ShutdownHookManager.get().addShutdownHook(end::stopped, BEFORE_SPARK);
        if (Thread.getDefaultUncaughtExceptionHandler() == null) {
            Thread.setDefaultUncaughtExceptionHandler(end::uncaught);
        }
        return end;
    }

    /**
     * Says how it ended and writes the status, unless another end was first.
     *
     * @param sentence as people may see it; null if there is nothing to complain about
     * @return whether this was the first
     */
    synchronized boolean tell(int code, String sentence) {
        if (told) {
            return false;
        }
        told = true;
        if (sentence != null) {
            console.println("error: " + sentence);
            console.flush();
        }
        status.get().write(code, sentence, console);
        return true;
    }

    private void stopped() {
        tell(ExitCode.UNEXPECTED, STOPPED);
    }

    private void uncaught(Thread thread, Throwable failure) {
        if (!(failure instanceof OutOfMemoryError)) {
            console.println("Exception in thread \"" + thread.getName() + "\" "
                    + failure.getClass().getName());
            console.flush();
            return;
        }
        try {
            tell(ExitCode.UNEXPECTED, Infrastructure.explain(failure).orElseThrow());
            System.exit(ExitCode.UNEXPECTED);
        } catch (OutOfMemoryError again) {
            Runtime.getRuntime().halt(ExitCode.UNEXPECTED);
        }
    }
}
