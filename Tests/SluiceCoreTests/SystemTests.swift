import Foundation
import Glibc
import SluiceCore
import Testing

@Suite("What the system says")
struct SystemTests {
    @Test("of an input is that it is missing only where the path is to blame")
    func inputs() {
        for number in [ENOENT, ENOTDIR, EACCES, EPERM, ELOOP, ENAMETOOLONG, ENXIO] {
            #expect(SluiceError.unreadable("x", number).code == .inputMissing, "\(number)")
        }
        for number in [EIO, EMFILE, ENFILE, ENOMEM, ENOSPC, ESTALE] {
            #expect(SluiceError.unreadable("x", number).code == .io, "\(number)")
        }
        #expect(SluiceError.unreadable("x", EMFILE).advice.contains("limit of open files"))
    }

    @Test("of an output is that it cannot be created only where the place is to blame")
    func outputs() {
        for number in [EACCES, EROFS, EISDIR, ENOENT, ENAMETOOLONG] {
            #expect(SluiceError.unwritable("x", number, advice: "elsewhere").code == .cannotCreate, "\(number)")
        }
        for number in [ENOSPC, EDQUOT, EFBIG, EMFILE, ENFILE, EIO, ENOMEM] {
            let error = SluiceError.unwritable("x", number, advice: "elsewhere")
            #expect(error.code == .io && error.advice != "elsewhere", "\(number)")
        }
    }

    @Test("of a pipe that takes no more for now keeps nothing from being written to its end")
    func unready() {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        let (reading, writing) = (ends[0], ends[1])
        #expect([reading, writing].allSatisfy { fcntl($0, F_SETFL, O_NONBLOCK) == 0 })
        // A thread of its own: what writes waits, and must not keep what reads from running.
        Thread {
            let bytes = [UInt8](repeating: 7, count: 1 << 20)
            #expect(bytes.withUnsafeBytes { Descriptor.write($0, to: writing) })
            close(writing)
        }.start()
        var (total, buffer) = (0, [UInt8](repeating: 0, count: 1 << 16))
        while true {
            let count = read(reading, &buffer, buffer.count)
            if count == 0 { break }
            if count > 0 { total += count } else { usleep(1000) }
        }
        close(reading)
        #expect(total == 1 << 20)
    }
}
