package org.sparkglmm.spark.cli;

import java.nio.file.InvalidPathException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.hadoop.fs.FSError;
import org.apache.spark.sql.SparkSession;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.core.formula.FormulaException;
import org.sparkglmm.spark.data.DamagedTable;
import org.sparkglmm.spark.output.OutputFolder;
import org.sparkglmm.spark.output.Visible;
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
            "4:not converged, or more quadrature nodes would move estimates by more than a standard error, unless Laplace (--nodes 1) was"
                    + " asked for (outputs are written, marked so)",
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
    private volatile String status;

    /** Says how the run ended, once. */
    private ProcessEnd end;

    /** Whether the status has no place of its own, so that it is not written. */
    private volatile boolean statusHasNoPlace;

    private Main() {}

    /** Runs a command and ends the process with its exit code, unless it runs inside someone else's Spark session. */
    public static void main(String[] arguments) {
        boolean embedded = sessionOfOthers().isPresent();
        int code = new Main().execute(!embedded, arguments);
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
        return new Main().execute(false, arguments);
    }

    /** The same for a list, as Python passes one. */
    public static int run(List<String> arguments) {
        return run(arguments.toArray(String[]::new));
    }

    private int execute(boolean ownProcess, String... arguments) {
        CommandLine line = new CommandLine(this);
        line.setDefaultValueProvider(ConfigFile.provider(arguments));
        line.setExecutionExceptionHandler(this::explain);
        line.setParameterExceptionHandler(this::explainUsage);
        line.setUsageHelpAutoWidth(true);
        line.setExecutionStrategy(parsed -> {
            // Help is ours, and may be in colours; what follows may hold anybody's text.
            Integer help = CommandLine.executeHelpRequest(parsed);
            if (help != null) {
                return help;
            }
            line.setOut(new Console(line.getOut()));
            line.setErr(new Console(line.getErr()));
            requireUsablePaths(parsed);
            return new CommandLine.RunLast().execute(parsed);
        });
        if (ownProcess) {
            Encoding.print(line);
        }
        StatusFile early = StatusFile.namedIn(arguments);
        early.clear();
        Supplier<StatusFile> named =
                () -> statusHasNoPlace ? StatusFile.NONE : status == null ? early : new StatusFile(status);
        end = ownProcess ? ProcessEnd.watched(named, line.getErr()) : ProcessEnd.unwatched(named, line.getErr());
        int code;
        try {
            if (ownProcess && Encoding.hasLost(arguments)) {
                end.tell(ExitCode.USAGE, Encoding.LOST);
                return ExitCode.USAGE;
            }
            code = line.execute(arguments);
        } catch (OutOfMemoryError | FSError | LinkageError e) {
            code = ExitCode.UNEXPECTED;
            end.tell(
                    code,
                    Infrastructure.explain(e)
                            .orElse(
                                    e instanceof FSError
                                            ? "a local disk failed"
                                            : "a class of Spark or Java cannot be loaded (" + e.getMessage()
                                                    + "): is this jar built for this Spark and Java?"));
        } catch (StackOverflowError e) {
            code = ExitCode.UNEXPECTED;
            end.tell(code, "formula, options or file are nested too deeply; write them simpler");
        }
        end.tell(code, null);
        return code;
    }

    /** Paths that are some, and a place of its own for everything that is written. */
    private void requireUsablePaths(CommandLine.ParseResult parsed) {
        List<CommandLine> commands = parsed.asCommandLineList();
        try {
            for (CommandLine command : commands) {
                PathArguments.requireUsable(command.getCommandSpec());
            }
            statusHasNoPlace = true;
            WrittenAndRead.requireStatusApart(parsed);
            statusHasNoPlace = false;
            WrittenAndRead.requireApart(parsed);
        } catch (RuntimeException e) {
            throw new CommandLine.ExecutionException(commands.get(commands.size() - 1), "a path", e);
        }
    }

    private int explainUsage(CommandLine.ParameterException e, String[] arguments) {
        if (e.getCommandLine().getDefaultValueProvider() instanceof ConfigFile file && file.failure() != null) {
            // What seems to be missing may stand in the file that could not be read.
            return say(ExitCode.USAGE, file.failure());
        }
        if (end.tell(ExitCode.USAGE, Visible.lines(e.getMessage()))) {
            e.getCommandLine()
                    .getErr()
                    .println("try: spark-glmm "
                            + (e.getCommandLine().getParent() == null
                                    ? ""
                                    : e.getCommandLine().getCommandName() + " ") + "--help");
        }
        return ExitCode.USAGE;
    }

    private int explain(Exception e, CommandLine line, CommandLine.ParseResult parsed) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof FormulaException formula) {
                // The one message of several lines: the formula, and a mark below.
                end.tell(ExitCode.USAGE, Visible.lines(formula.sentence().in(OptionNames::of)));
                return ExitCode.USAGE;
            }
            if (cause instanceof UsageException usage) {
                return say(ExitCode.USAGE, usage.sentence().in(OptionNames::of));
            }
            if (cause instanceof DataException data) {
                return say(ExitCode.DATA, data.sentence().in(OptionNames::of));
            }
            if (cause instanceof OutputFolder.Exists) {
                return say(ExitCode.OUTPUT_EXISTS, cause.getMessage());
            }
            if (cause instanceof OutputFolder.NotWritable notWritable) {
                return say(
                        ExitCode.UNEXPECTED,
                        Infrastructure.explain(cause.getCause())
                                .map(reason -> "cannot write " + notWritable.path() + ": " + reason)
                                .orElse(cause.getMessage()));
            }
        }
        if (Encoding.isAscii() && hasCause(e, InvalidPathException.class)) {
            return say(ExitCode.USAGE, Encoding.NAMES);
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
            message = damaged.get().sentence().in(OptionNames::of);
        }
        if (end.tell(code, Visible.of(message)) && wanted) {
            e.printStackTrace(line.getErr());
        }
        return code;
    }

    private int say(int code, String sentence) {
        end.tell(code, Visible.of(sentence));
        return code;
    }

    private static boolean hasCause(Throwable e, Class<? extends Throwable> kind) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (kind.isInstance(cause)) {
                return true;
            }
        }
        return false;
    }

    private static Throwable rootOf(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }
}
