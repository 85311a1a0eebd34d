package dev.grapevine.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What an editor shows when someone types grapevine. in an application's properties. */
class ConfigurationMetadataTest {

    @Test
    void everyPropertyIsDescribedInASentenceAndHasAType() throws IOException {
        List<String> names = new ArrayList<>();
        for (JsonNode property : metadata().get("properties")) {
            String name = property.get("name").asString();
            names.add(name);
            assertThat(property.path("description").asString(""))
                    .as("description of " + name)
                    .matches("[A-Z].{15,}\\.");
            assertThat(property.path("type").asString("")).as("type of " + name).isNotEmpty();
        }
        assertThat(names)
                .contains(
                        "grapevine.enabled",
                        "grapevine.cluster",
                        "grapevine.bind",
                        "grapevine.seeds",
                        "grapevine.metadata",
                        "grapevine.membership.probe-interval",
                        "grapevine.links.max-frame",
                        "grapevine.topics.max-payload",
                        "grapevine.maps.max-entry")
                .allMatch(name -> name.startsWith("grapevine.") || name.startsWith("management.endpoint.grapevine."));
    }

    @Test
    void theDefaultOfTheBoundAddressIsShown() throws IOException {
        for (JsonNode property : metadata().get("properties")) {
            if (property.get("name").asString().equals("grapevine.bind")) {
                assertThat(property.get("defaultValue").asString()).isEqualTo("0.0.0.0:7946");
                return;
            }
        }
        throw new AssertionError("grapevine.bind is not described");
    }

    private static JsonNode metadata() throws IOException {
        try (InputStream file =
                GrapevineProperties.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            return JsonMapper.shared().readTree(Objects.requireNonNull(file));
        }
    }
}
