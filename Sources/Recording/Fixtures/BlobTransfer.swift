package import Canonical
package import SystemPackage

/// The pictures of a suite on their way to a store of pictures, or from it.
///
/// Digests decide in both directions: what is not as its name says is neither sent nor taken.
package struct BlobTransfer: Sendable {
  /// Something that is not as it should be, with what it is about.
  package struct Problem: Hashable, Sendable {
    /// The picture.
    package let blob: BlobID
    /// What is wrong, with the path.
    package let message: String
  }

  /// The pictures that are carried, sorted.
  package private(set) var blobs: [BlobID] = []
  /// Their bytes, as far as they are here.
  package private(set) var byteCount = 0
  /// Pictures that cannot be carried, and why.
  package private(set) var problems: [Problem] = []

  private let store: BlobStore

  /// Looks for the pictures that can be handed to a store: those that are named, here, and right.
  ///
  /// - Parameters:
  ///   - folder: the recordings of a suite.
  ///   - named: the pictures that recordings and decisions name.
  package static func push(from folder: FixtureFolder, named: Set<BlobID>) -> BlobTransfer {
    var transfer = BlobTransfer(store: folder.blobs)
    for blob in named.sorted() {
      do throws(BlobFailure) {
        transfer.byteCount += try folder.blobs.verifiedBytes(of: blob).count
        transfer.blobs.append(blob)
      } catch {
        transfer.problems.append(Problem(blob: blob, message: error.description))
      }
    }
    return transfer
  }

  /// Looks for the pictures that are to be fetched: those that are named and not here, in whose place
  /// a Git LFS pointer lies, or whose bytes are wrong.
  package static func pull(into folder: FixtureFolder, named: Set<BlobID>) -> BlobTransfer {
    var transfer = BlobTransfer(store: folder.blobs)
    for blob in named.sorted() {
      do throws(BlobFailure) {
        _ = try folder.blobs.verifiedBytes(of: blob)
      } catch {
        switch error.kind {
        case .missing, .pointer, .corrupt: transfer.blobs.append(blob)
        case .unreadable:
          transfer.problems.append(Problem(blob: blob, message: error.description))
        }
      }
    }
    return transfer
  }

  private init(store: BlobStore) { self.store = store }

  /// The names of the pictures, one a line, as a program reads them.
  package var list: [UInt8] { Array(blobs.map { "\($0.fileName)\n" }.joined().utf8) }

  /// Takes fetched pictures among the recordings, each as its name says and in no other way.
  ///
  /// - Parameter incoming: the folder that a program has put them into; links in it are not followed.
  /// - Returns: how many were taken; what is missing or wrong is among ``problems``.
  /// - Throws: ``FileFailure`` when one cannot be written; those before it are here.
  package mutating func take(from incoming: FilePath) throws(FileFailure) -> Int {
    let source = BlobStore(folder: incoming, followsLinks: false)
    var count = 0
    for blob in blobs {
      let bytes: [UInt8]
      do throws(BlobFailure) {
        bytes = try source.verifiedBytes(of: blob)
      } catch {
        let message =
          error.kind == .missing
          ? "the command did not bring \(blob.fileName)"
          : "what the command brought as \(blob.fileName) is not taken: "
            + (error.kind == .corrupt ? "its bytes have another digest" : error.description)
        problems.append(Problem(blob: blob, message: message))
        continue
      }
      try store.write(bytes, as: blob)
      byteCount += bytes.count
      count += 1
    }
    return count
  }

  /// Checks that a store gives back what was handed to it.
  ///
  /// - Parameter returned: the folder that a program has put the pictures into.
  /// - Returns: how many are as they were; what is not is among ``problems``.
  package mutating func compare(with returned: FilePath) -> Int {
    let source = BlobStore(folder: returned, followsLinks: false)
    var count = 0
    for blob in blobs {
      do throws(BlobFailure) {
        _ = try source.verifiedBytes(of: blob)
        count += 1
      } catch {
        problems.append(
          Problem(blob: blob, message: "the store does not give it back: \(error)"))
      }
    }
    return count
  }
}
