/** An error that the emulated API answers with. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: string;
  readonly status: number;
  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** What Direct Connect says of nearly everything that a client does wrong. */
export function clientException(message: string): ApiError {
  return new ApiError('DirectConnectClientException', message);
}
