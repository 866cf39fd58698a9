package bankfile

// Code names one rule. Codes are stable: programs may store and compare them.
type Code string

// Rules about the file as a whole. Every file code of severity Error means that the file cannot be
// trusted at all (see [Report.Damaged]).
const (
	FileEmpty               Code = "file.empty"
	FileTooLarge            Code = "file.too_large"
	FileTooManyRecords      Code = "file.too_many_records"
	FileExtension           Code = "file.extension"
	FileNameInvalid         Code = "file.name_invalid"
	FileNameDuplicate       Code = "file.name_duplicate"
	FileDuplicate           Code = "file.duplicate"
	FileNotText             Code = "file.not_text"
	FileWrongFormat         Code = "file.wrong_format"
	FileEncodingUTF16       Code = "file.encoding_utf16"
	FileEncodingInvalid     Code = "file.encoding_invalid"
	FileEncodingAmbiguous   Code = "file.encoding_ambiguous"
	FileEncodingMismatch    Code = "file.encoding_mismatch"
	FileBOM                 Code = "file.bom"
	FileLineEndingsLF       Code = "file.line_endings_lf"
	FileLineEndingsCR       Code = "file.line_endings_cr"
	FileLineEndingsMixed    Code = "file.line_endings_mixed"
	FileNoFinalNewline      Code = "file.no_final_newline"
	FileDOSEOF              Code = "file.dos_eof"
	FileHeaderLine          Code = "file.header_line"
	FileTruncated           Code = "file.truncated"
	FileDirectionMismatch   Code = "file.direction_mismatch"
	FileControlTotals       Code = "file.control_totals_mismatch"
	FileSumOverflow         Code = "file.sum_overflow"
	FileNoValidRecords      Code = "file.no_valid_records"
	FileOrders              Code = "file.orders"
	FileMalformed           Code = "file.malformed"
	FileForbiddenContent    Code = "file.forbidden_content"
	FileWrongAccount        Code = "file.wrong_account"
	FileBalanceMismatch     Code = "file.balance_mismatch"
	FileFieldMissing        Code = "file.field_missing"
	FileFieldFormat         Code = "file.field_format"
	FileFieldOrder          Code = "file.field_order"
	FileFieldUnknown        Code = "file.field_unknown"
	FileStatementGap        Code = "file.statement_gap"
	FileStatementPart       Code = "file.statement_part"
	RecordBlankLine         Code = "record.blank_line"
	RecordTooLong           Code = "record.too_long"
	RecordControlChar       Code = "record.control_char"
	RecordQuoteUnterminated Code = "record.quote_unterminated"
	RecordQuoteStray        Code = "record.quote_stray"
	RecordFieldCount        Code = "record.field_count"
	RecordFieldCountUnusual Code = "record.field_count_unusual"
	RecordTrailingEmpty     Code = "record.trailing_empty_fields"
)

// Rules about fields 1 to 5 and 10: what, when, how much.
const (
	RecordTypeMissing       Code = "record.type_missing"
	RecordTypeFormat        Code = "record.type_format"
	RecordTypeUnsupported   Code = "record.type_unsupported"
	RecordTypeDirection     Code = "record.type_direction"
	RecordDateMissing       Code = "record.date_missing"
	RecordDateFormat        Code = "record.date_format"
	RecordDateInvalid       Code = "record.date_invalid"
	RecordDateFuture        Code = "record.date_future"
	RecordDateTooOld        Code = "record.date_too_old"
	RecordAmountMissing     Code = "record.amount_missing"
	RecordAmountFormat      Code = "record.amount_format"
	RecordAmountZero        Code = "record.amount_zero"
	RecordAmountNegative    Code = "record.amount_negative"
	RecordAmountTooLarge    Code = "record.amount_too_large"
	RecordAmountLeadingZero Code = "record.amount_leading_zero"
	RecordConstantNonzero   Code = "record.constant_nonzero"
	RecordConstantFormat    Code = "record.constant_format"
)

// Rules about the two sides: accounts, bank numbers, names.
const (
	RecordPayerBankNoFormat     Code = "record.payer_bank_no_format"
	RecordPayeeBankNoFormat     Code = "record.payee_bank_no_format"
	RecordPayerBankNoCheckDigit Code = "record.payer_bank_no_check_digit"
	RecordPayeeBankNoCheckDigit Code = "record.payee_bank_no_check_digit"
	RecordPayerBankNoMismatch   Code = "record.payer_bank_no_mismatch"
	RecordPayeeBankNoMismatch   Code = "record.payee_bank_no_mismatch"
	RecordPayerAccountMissing   Code = "record.payer_account_missing"
	RecordPayeeAccountMissing   Code = "record.payee_account_missing"
	RecordPayerAccountFormat    Code = "record.payer_account_format"
	RecordPayeeAccountFormat    Code = "record.payee_account_format"
	RecordPayerAccountChecksum  Code = "record.payer_account_checksum"
	RecordPayeeAccountChecksum  Code = "record.payee_account_checksum"
	RecordPayerAccountForeign   Code = "record.payer_account_foreign"
	RecordPayeeAccountForeign   Code = "record.payee_account_foreign"
	RecordAccountNormalized     Code = "record.account_normalized"
	RecordSameAccount           Code = "record.same_account"
	RecordPayerNameMissing      Code = "record.payer_name_missing"
	RecordPayeeNameMissing      Code = "record.payee_name_missing"
	RecordPayerNameLineTooLong  Code = "record.payer_name_line_too_long"
	RecordPayeeNameLineTooLong  Code = "record.payee_name_line_too_long"
	RecordPayerNameTooManyLines Code = "record.payer_name_too_many_lines"
	RecordPayeeNameTooManyLines Code = "record.payee_name_too_many_lines"
)

// Rules about the title, the class and what follows from them.
const (
	RecordTitleLineTooLong    Code = "record.title_line_too_long"
	RecordTitleTooManyLines   Code = "record.title_too_many_lines"
	RecordTitleMissing        Code = "record.title_missing"
	RecordCharset             Code = "record.charset"
	RecordReservedNonempty    Code = "record.reserved_nonempty"
	RecordClassMissing        Code = "record.class_missing"
	RecordClassUnsupported    Code = "record.class_unsupported"
	RecordMPPStructure        Code = "record.mpp_structure"
	RecordMPPVATFormat        Code = "record.mpp_vat_format"
	RecordMPPVATExceedsAmount Code = "record.mpp_vat_exceeds_amount"
	RecordMPPIDCFormat        Code = "record.mpp_idc_format"
	RecordMPPInvFormat        Code = "record.mpp_inv_format"
	RecordMPPIDCChecksum      Code = "record.mpp_idc_checksum"
	RecordMPPTxtTooLong       Code = "record.mpp_txt_too_long"
	RecordMPPTagsWithoutClass Code = "record.mpp_tags_without_class"
	RecordTaxStructure        Code = "record.tax_structure"
	RecordDDStructure         Code = "record.dd_structure"
	RecordReferenceTooLong    Code = "record.reference_too_long"
	RecordNIPFormat           Code = "record.nip_format"
	RecordNIPChecksum         Code = "record.nip_checksum"
)

// Rules of statements: camt and MT940, whose bookings have a mark, a currency and, in batches, details.
const (
	RecordFieldMissing        Code = "record.field_missing"
	RecordMarkFormat          Code = "record.mark_format"
	RecordCurrency            Code = "record.currency"
	RecordNotBooked           Code = "record.not_booked"
	RecordBatchMismatch       Code = "record.batch_mismatch"
	RecordBatchWithoutDetails Code = "record.batch_without_details"
	RecordReversal            Code = "record.reversal"
	RecordOtherBooking        Code = "record.other_booking"
	RecordFieldRepeated       Code = "record.field_repeated"
	RecordAccountAmbiguous    Code = "record.account_ambiguous"
)

// Rules of reports on the state of orders (pain.002), whose records are answers.
const (
	RecordOriginalMissing     Code = "record.original_missing"
	RecordStatusMissing       Code = "record.status_missing"
	RecordStatusUnknown       Code = "record.status_unknown"
	RecordStatusContradiction Code = "record.status_contradiction"
	RecordStatusDuplicate     Code = "record.status_duplicate"
)

// Rules about our own world. The formats raise the first two, which need the ranges only; the
// others need a registry and balances and are raised by the caller.
const (
	DomainNoOwnAccount             Code = "domain.no_own_account"
	DomainMasterAccountUnallocated Code = "domain.master_account_unallocated"
	DomainOwnAccountUnknown        Code = "domain.own_account_unknown"
	DomainOwnAccountClosed         Code = "domain.own_account_closed"
	DomainOwnAccountBlocked        Code = "domain.own_account_blocked"
	DomainCurrencyMismatch         Code = "domain.currency_mismatch"
	DomainInsufficientFunds        Code = "domain.insufficient_funds"
	DomainDuplicateInFile          Code = "domain.duplicate_in_file"
	DomainDuplicateBooking         Code = "domain.duplicate_booking"
	DomainDuplicateExecuted        Code = "domain.duplicate_executed"
	DomainReturnReview             Code = "domain.return_review"
	DomainNotDue                   Code = "domain.not_due"
	DomainOwnerNotActive           Code = "domain.owner_not_active"
)
