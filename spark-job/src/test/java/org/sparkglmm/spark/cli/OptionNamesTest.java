package org.sparkglmm.spark.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sparkglmm.core.Mention;
import org.sparkglmm.core.Sentence;
import org.sparkglmm.core.Setting;
import picocli.CommandLine;

/** What messages name can be typed. */
class OptionNamesTest {

    @ParameterizedTest
    @EnumSource
    void everySettingIsAnOptionOfFit(Setting setting) {
        CommandLine fit = new CommandLine(new FitCommand());

        assertNotNull(fit.getCommandSpec().findOption(OptionNames.of(setting, "")), OptionNames.of(setting, ""));
    }

    @Test
    void sentencesSpeakTheShellsLanguage() {
        Sentence advice = Sentence.of(
                "use %s, %s or %s; see the zeros%s",
                Mention.ROBUST_ERRORS, Mention.PROFILE_INTERVALS, Mention.AUTOMATIC_NODES, Mention.ZERO_MODEL.aside());

        assertEquals(
                "use --se robust, --ci profile or --nodes auto; see the zeros (--zi '~ 1')",
                advice.in(OptionNames::of));
        assertEquals(
                "use robust standard errors, profile intervals or nodes chosen automatically; see the zeros",
                advice.toString());
    }
}
