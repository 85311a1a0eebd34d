package dev.grapevine.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {

    @ParameterizedTest
    @CsvSource({
        "host:1234, host, 1234",
        "host, host, 7946",
        "10.0.0.1:0, 10.0.0.1, 0",
        "[::1]:99, ::1, 99",
        "[fe80::1], fe80::1, 7946",
        "fe80::1, fe80::1, 7946",
        "' host:5 ', host, 5",
    })
    void everyUsualFormIsRead(String text, String host, int port) {
        assertThat(Address.parse(text, 7946)).isEqualTo(new Address(host, port));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", ":80", "host:", "host:abc", "host:-1", "host:65536", "[::1]80", "a b:1"})
    void whatIsNoAddressIsAnErrorThatShowsIt(String text) {
        assertThatThrownBy(() -> Address.parse(text, 7946)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void itIsWrittenAsItCanBeReadAgain() {
        for (Address address : new Address[] {new Address("h", 1), new Address("::1", 2)}) {
            assertThat(Address.parse(address.toString(), 0)).isEqualTo(address);
        }
    }
}
