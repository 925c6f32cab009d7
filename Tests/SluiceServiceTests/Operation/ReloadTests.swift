import SluicePipeline
import SluiceService
import Testing

@Suite struct `A configuration that is read again` {
    /// The settings with another value under one key.
    private func changed(_ key: SettingKey) throws -> Settings {
        var settings = Settings()
        let text =
            switch key.value {
            case .integer(_, let range): String(range.upperBound)
            case .number(_, let range): String(range.lowerBound)
            case .text: "something else"
            case .date: "2020-01-02"
            case .hosts: "sluice.example"
            case .word(_, let words): words.last ?? ""
            }
        try key.write(text, to: &settings)
        if key.read(settings) == key.read(Settings()), case .number(_, let range) = key.value {
            try key.write(String(range.upperBound), to: &settings)
        }
        #expect(settings != Settings(), "\(key.name)")
        return settings
    }

    @Test(arguments: SettingKey.all.map(\.name)) func `has each key either applied or refused`(name: String) throws {
        let key = try #require(SettingKey.all.first { $0.name == name })
        let new = try changed(key)
        let reload = Reload(from: Settings(), to: new)
        if Reload.isChangeable(name) {
            #expect(reload.applied == [name] && reload.refused == [])
            #expect(reload.settings == new)
        } else {
            #expect(reload.applied == [] && reload.refused == [name])
            #expect(reload.settings == Settings())
        }
    }

    @Test func `changes these keys and no others`() {
        #expect(
            SettingKey.all.map(\.name).filter(Reload.isChangeable) == [
                "detection.prior", "detection.anchor_weight", "detection.anchor_before", "ingest.batch_records",
                "ingest.batch_bytes", "ingest.text_compression", "export.file_bytes", "export.bound",
                "service.allowed_hosts", "service.body_bytes", "service.queue", "service.disk_floor_bytes",
                "service.log_level",
            ])
    }

    @Test func `is applied as far as it goes`() {
        var new = Settings()
        new.detection.prior = 0.2
        new.shards.cap = 0.3
        new.service.logLevel = "debug"
        new.service.listen = "0.0.0.0:80"
        let reload = Reload(from: Settings(), to: new)
        #expect(reload.applied == ["detection.prior", "service.log_level"])
        #expect(reload.refused == ["shards.cap", "service.listen"])
        var expected = Settings()
        expected.detection.prior = 0.2
        expected.service.logLevel = "debug"
        #expect(reload.settings == expected)
    }

    @Test func `refuses a cap that differs by less than is shown`() {
        var new = Settings()
        new.shards.cap = 0.100_000_04
        #expect(Reload(from: Settings(), to: new).refused == ["shards.cap"])
        #expect(Reload(from: Settings(), to: new).settings == Settings())
    }

    @Test func `that says the same changes nothing`() {
        #expect(Reload(from: Settings(), to: Settings()) == Reload(from: Settings(), to: Settings()))
        #expect(Reload(from: Settings(), to: Settings()).applied.isEmpty)
    }
}
