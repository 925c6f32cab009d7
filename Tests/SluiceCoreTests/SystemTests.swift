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
}
