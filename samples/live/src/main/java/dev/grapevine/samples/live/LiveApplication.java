package dev.grapevine.samples.live;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** One instance of the live sample. */
@SpringBootApplication
public class LiveApplication {

    /** Starts the instance. */
    public static void main(String[] args) {
        SpringApplication.run(LiveApplication.class, args);
    }
}
