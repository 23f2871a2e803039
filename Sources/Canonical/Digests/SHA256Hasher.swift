internal import CCrypto

/// A SHA-256 computation in progress, over libcrypto's hardware-accelerated implementation.
@safe public struct SHA256Hasher: ~Copyable {
  private let context: OpaquePointer

  /// Starts an empty computation.
  public init() {
    // libcrypto returns null only when memory is exhausted, where nothing useful is left to do.
    guard let context = unsafe EVP_MD_CTX_new() else {
      fatalError("libcrypto could not allocate a digest context")
    }
    unsafe self.context = context
    let started = unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil)
    precondition(started == 1, "libcrypto refused to start SHA-256 (returned \(started))")
  }

  deinit { unsafe EVP_MD_CTX_free(context) }

  /// Adds bytes.
  public mutating func update(_ bytes: [UInt8]) {
    unsafe update(bytes.span.bytes)
  }

  /// Adds bytes of any contiguous storage.
  public mutating func update(_ bytes: RawSpan) {
    unsafe bytes.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress else { return }
      let added = unsafe EVP_DigestUpdate(context, base, buffer.count)
      precondition(added == 1, "libcrypto refused \(buffer.count) bytes (returned \(added))")
    }
  }

  /// Ends the computation and gives the digest.
  public consuming func finish() -> SHA256Digest {
    var bytes = [UInt8](repeating: 0, count: SHA256Digest.byteCount)
    let ended = unsafe bytes.withUnsafeMutableBufferPointer {
      unsafe EVP_DigestFinal_ex(context, $0.baseAddress, nil)
    }
    guard ended == 1, let digest = SHA256Digest(bytes: bytes) else {
      preconditionFailure("libcrypto could not finish SHA-256 (returned \(ended))")
    }
    return digest
  }
}
