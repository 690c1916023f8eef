package org.sparkglmm.spark.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.FSError;
import org.apache.spark.sql.SparkSession;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.spark.data.DamagedTable;
import org.sparkglmm.spark.output.OutputFolder;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The program: generalized linear mixed models on Spark. */
@Command(
        name = "spark-glmm",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = "Generalized linear mixed models on Apache Spark.",
        subcommands = {
            FitCommand.class,
            PredictCommand.class,
            SimulateCommand.class,
            CompareCommand.class,
            ContrastCommand.class,
            TrajectoriesCommand.class,
            ReportCommand.class,
            CheckCommand.class,
            GenerateCommand.class
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done; for fit: converged",
            "1:unexpected error",
            "2:usage: formula, option or column",
            "3:the data cannot be used",
            "4:not converged, or --nodes auto did not settle (outputs are written, marked so)",
            "5:the output exists"
        })
public final class Main {

    /** Prints the version of the jar. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"spark-glmm " + (version == null ? "development" : version)};
        }
    }

    @Option(
            names = "--status",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "Write the exit code, and the error in words, to this file too (JSON, any file system).")
    private String status;

    /** What went wrong, in words; null if nothing did. */
    private String error;

    /** Whether the status has no place of its own, so that it is not written. */
    private boolean statusHasNoPlace;

    private Main() {}

    /** Runs a command and ends the process with its exit code, unless it runs inside someone else's Spark session. */
    public static void main(String[] arguments) {
        boolean embedded = sessionOfOthers().isPresent();
        int code = run(arguments);
        if (code == ExitCode.OK && isDriverOfYarn()) {
            return;
        }
        if (!embedded) {
            System.exit(code);
        }
        if (code != ExitCode.OK) {
            throw new IllegalStateException("spark-glmm ended with exit code " + code + "; see its message above");
        }
    }

    /** In its cluster mode YARN takes an exit, even with code 0, for a failure and runs the command again: success is to return. */
    private static boolean isDriverOfYarn() {
        return "yarn".equals(System.getProperty("spark.master"))
                && "cluster".equals(System.getProperty("spark.submit.deployMode"));
    }

    /** A session that was there before us belongs to a notebook or another program: it is used, not stopped. */
    static Optional<SparkSession> sessionOfOthers() {
        try {
            return Optional.of(SparkSession.active());
        } catch (Exception none) {
            // Spark's way to say that there is none: an IllegalStateException, from Spark 4 on a checked one that its
            // signature does
            // not tell. Its Option would tie us to a Scala version.
            return Optional.empty();
        }
    }

    /** Runs a command and returns its exit code. */
    public static int run(String... arguments) {
        Main main = new Main();
        CommandLine line = new CommandLine(main);
        line.setDefaultValueProvider(ConfigFile.provider(arguments));
        line.setExecutionExceptionHandler(main::explain);
        line.setParameterExceptionHandler(main::explainUsage);
        line.setUsageHelpAutoWidth(true);
        line.setExecutionStrategy(main::execute);
        StatusFile early = StatusFile.namedIn(arguments);
        early.clear();
        int code;
        try {
            code = line.execute(arguments);
        } catch (OutOfMemoryError | FSError e) {
            String reason = Infrastructure.explain(e).orElse("a local disk failed");
            code = main.fail(line, ExitCode.UNEXPECTED, reason);
        } catch (StackOverflowError e) {
            code = main.fail(
                    line, ExitCode.UNEXPECTED, "formula, options or file are nested too deeply; write them simpler");
        }
        if (!main.statusHasNoPlace) {
            (main.status == null ? early : new StatusFile(main.status)).write(code, main.error, line.getErr());
        }
        return code;
    }

    private int execute(CommandLine.ParseResult parsed) {
        try {
            statusHasNoPlace = true;
            WrittenAndRead.requireStatusApart(parsed);
            statusHasNoPlace = false;
            WrittenAndRead.requireApart(parsed);
        } catch (UsageException e) {
            throw new CommandLine.ExecutionException(
                    parsed.subcommand().commandSpec().commandLine(), e.getMessage(), e);
        }
        return new CommandLine.RunLast().execute(parsed);
    }

    /** The same for a list, as Python passes one. */
    public static int run(List<String> arguments) {
        return run(arguments.toArray(String[]::new));
    }

    private int fail(CommandLine line, int code, String message) {
        error = message;
        line.getErr().println("error: " + message);
        return code;
    }

    private int explainUsage(CommandLine.ParameterException e, String[] arguments) {
        fail(e.getCommandLine(), ExitCode.USAGE, e.getMessage());
        PrintWriter err = e.getCommandLine().getErr();
        err.println("try: spark-glmm "
                + (e.getCommandLine().getParent() == null
                        ? ""
                        : e.getCommandLine().getCommandName() + " ") + "--help");
        return ExitCode.USAGE;
    }

    private int explain(Exception e, CommandLine line, CommandLine.ParseResult parsed) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof UsageException) {
                return fail(line, ExitCode.USAGE, cause.getMessage());
            }
            if (cause instanceof DataException) {
                return fail(line, ExitCode.DATA, cause.getMessage());
            }
            if (cause instanceof OutputFolder.Exists) {
                return fail(line, ExitCode.OUTPUT_EXISTS, cause.getMessage());
            }
            if (cause instanceof OutputFolder.NotWritable notWritable) {
                return fail(
                        line,
                        ExitCode.UNEXPECTED,
                        Infrastructure.explain(cause.getCause())
                                .map(reason -> "cannot write " + notWritable.path() + ": " + reason)
                                .orElse(cause.getMessage()));
            }
        }
        boolean wanted = parsed.expandedArgs().contains("--stacktrace");
        int code = ExitCode.UNEXPECTED;
        // Spark's messages may quote values of the data, so only the kind of error is shown unless asked for.
        String message = "unexpected " + rootOf(e).getClass().getSimpleName()
                + (wanted ? "" : "; run again with --stacktrace to see where (the trace may show values of the data)");
        Optional<String> machines = Infrastructure.explain(e);
        Optional<DataException> damaged = DamagedTable.of(e);
        if (machines.isPresent()) {
            message = machines.get();
        } else if (damaged.isPresent()) {
            code = ExitCode.DATA;
            message = damaged.get().getMessage();
        }
        fail(line, code, message);
        if (wanted) {
            e.printStackTrace(line.getErr());
        }
        return code;
    }

    private static Throwable rootOf(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }
}
