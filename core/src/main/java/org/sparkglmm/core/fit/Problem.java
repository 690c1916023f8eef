package org.sparkglmm.core.fit;

import java.util.List;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.design.DataMoments;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.ModelSpec;
import org.sparkglmm.core.likelihood.MixedModel;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;
import org.sparkglmm.core.model.ParameterLayout;
import org.sparkglmm.core.optim.Minimizer;
import org.sparkglmm.core.optim.Minimizers;

/**
 * What is to be estimated, from what data, and how: what every method of estimation begins with.
 *
 * @param link of the model
 * @param prepared design and data, described and rid of superfluous columns
 * @param earlier where to begin; null for wherever the data themselves say
 * @param counter of the passes over the data
 */
record Problem(
        Family family,
        Link link,
        CheckedData prepared,
        FitOptions options,
        EarlierFit earlier,
        FitListener listener,
        PassCounter counter) {

    Design design() {
        return prepared.design();
    }

    ClusterData data() {
        return prepared.data();
    }

    DataMoments moments() {
        return prepared.moments();
    }

    ModelSpec spec() {
        return new ModelSpec(design(), family, link);
    }

    ParameterLayout layout() {
        return design().layout(family);
    }

    /** Of all parameters. */
    List<String> names() {
        return ParameterNames.of(design(), family, layout());
    }

    MixedModel model() {
        return new MixedModel(family.model(link), layout());
    }

    Minimizer minimizer() {
        return Minimizers.named(options.optimizer()).orElseThrow();
    }
}
