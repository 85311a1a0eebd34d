package dev.grapevine.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.grapevine.membership.Address;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SeedTest {

    @Test
    void aHostWithoutAPortGetsTheDefaultOne() {
        assertThat(Seed.parse(" orders ", 7946)).isEqualTo(new Seed.Host(new Address("orders", 7946)));
        assertThat(Seed.parse("[::1]:80", 7946)).isEqualTo(new Seed.Host(new Address("::1", 80)));
    }

    @Test
    void aServiceIsToldByItsPrefix() {
        assertThat(Seed.parse("srv:_gossip._tcp.orders", 7946)).isEqualTo(new Seed.Service("_gossip._tcp.orders"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "host:port", "host:70000", "host:0", "host:79:46", "a:1,b:2", "srv:", "srv:a b"})
    void whatIsNoneSaysWhy(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Seed.parse(text, 7946))
                .withMessageStartingWith("Not ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"orders:7946", "[fe80::1]:1", "srv:_gossip._tcp.orders"})
    void itsTextIsReadAsTheSameSeed(String text) {
        assertThat(Seed.parse(text, 1)).hasToString(text);
    }
}
