package org.sparkglmm.ml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sparkglmm.core.Mention;
import org.sparkglmm.core.Setting;

class GlmmNamesTest {
    @ParameterizedTest
    @EnumSource
    void everySettingIsAParameterAndHasASetter(Setting setting) {
        String name = GlmmNames.of(setting, "");
        assertTrue(new Glmm().hasParam(name), name);
        String setter = "set" + name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
        assertTrue(
                Arrays.stream(Glmm.class.getMethods())
                        .anyMatch(m -> m.getName().equals(setter) && m.getParameterCount() == 1),
                setter);
        assertTrue(GlmmNames.of(setting, "x").equals(setter + "(\"x\")"), () -> GlmmNames.of(setting, "x"));
    }

    @Test
    void noParameterIsLeftOut() {
        long family = Arrays.stream(new Glmm().params())
                .filter(param -> param.name().equals("family") || param.name().equals("link"))
                .count();
        assertEquals(new Glmm().params().length - family, Setting.values().length);
    }

    @Test
    void valuesAreWrittenAsCalls() {
        assertEquals("setStandardErrors(\"robust\")", Mention.ROBUST_ERRORS.in(GlmmNames::of));
        assertEquals("setIntervals(\"profile\")", Mention.PROFILE_INTERVALS.in(GlmmNames::of));
        assertEquals("setIntervals(\"wald\")", Mention.WALD_INTERVALS.in(GlmmNames::of));
        assertEquals("setNodes(\"auto\")", Mention.AUTOMATIC_NODES.in(GlmmNames::of));
        assertEquals("setZi(\"~ 1\")", Mention.ZERO_MODEL.in(GlmmNames::of));
        assertEquals("setNodes(9)", Setting.NODES.at("9", "9 nodes").in(GlmmNames::of));
    }
}
